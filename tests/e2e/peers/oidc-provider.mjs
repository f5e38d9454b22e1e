// A certified OpenID provider by others, as one tenant's identity provider. Reads its settings from the command line:
// node oidc-provider.mjs '{"port": 1, "client": "...", "jwksUri": "...", ...}'. Prints "ready" when it listens.
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${told.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: told.client,
      redirect_uris: [told.redirectUri],
      post_logout_redirect_uris: [told.postLogoutUri],
      backchannel_logout_uri: told.backchannelUri,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      jwks_uri: told.jwksUri,
    },
  ],
  claims: { openid: ["sub"], profile: ["eppn"] },
  cookies: { keys: ["a key for tests"] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, eppn: id }) }),
  pkce: { required: () => true },
  // Its dispatcher refuses loopback, where the whole test stands.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
});

provider.on("server_error", (_, error) => console.error(error));
provider.on("grant.error", (_, error) => console.error(error.message, error.error_description));
provider.on("backchannel.error", (_, error) => console.error("backchannel", error.message));
provider.on("backchannel.success", () => console.log("told"));
provider.listen(told.port, "127.0.0.1", () => console.log("ready"));
