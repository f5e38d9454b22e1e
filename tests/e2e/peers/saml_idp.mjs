// A SAML identity provider by others (npm samlp). It knows one person and asks for no password: what is tried here is
// whether two implementations of the protocol understand each other. Its only argument is a JSON file; see saml_peer.py.
import { readFileSync } from "node:fs";
import express from "express";
import samlp from "samlp";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));

class Profile {
  constructor(person) {
    this.person = person;
  }
  getClaims() {
    return this.person.attributes;
  }
  getNameIdentifier() {
    return { nameIdentifier: this.person.nameId, nameIdentifierFormat: config.nameIdFormat };
  }
}

const common = { issuer: config.entityId, cert: config.certificate, key: config.privateKey };
const app = express();
app.use(express.urlencoded({ extended: false }));
app.get("/metadata", samlp.metadata({ ...common, redirectEndpointPath: "/sso", postEndpointPath: "/sso" }));
app.all("/sso", (request, response, next) => {
  const provider = config.serviceProvider;
  samlp.auth({
    ...common,
    signingCert: provider.signing, // requests must be signed by this key
    ...(provider.encryption && {
      encryptionCert: provider.encryption.certificate,
      encryptionPublicKey: provider.encryption.publicKey,
      encryptionAlgorithm: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    }),
    signResponse: config.signsResponse,
    authnContextClassRef: config.person.context,
    sessionIndex: "_session-of-the-peer",
    lifetimeInSeconds: 300,
    getUserFromRequest: () => config.person,
    profileMapper: (person) => new Profile(person),
    getPostURL: (_audience, _request, _http, done) => done(null, provider.acs),
    recipient: provider.acs,
    destination: provider.acs,
  })(request, response, next);
});
app.use((error, _request, response, _next) => response.status(400).type("text").send(error.message));
const server = app.listen(config.port, "127.0.0.1", () => console.log(`ready ${server.address().port}`));
