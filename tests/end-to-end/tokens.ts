// What an application does to sign tokens for its users: JSON Web Tokens by node's own crypto, and a key set at an address.
import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Claims = Record<string, unknown>;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed by whatever makes a signature of bytes. */
export function token(header: object, claims: Claims, signed: (bytes: Buffer) => Buffer): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${signed(Buffer.from(text)).toString("base64url")}`;
}

/** In so many seconds. */
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

export interface Signer {
  /** The public key as a JWK. */
  jwk: JsonWebKey;
  /** A token for an owner, over in five minutes unless the claims say otherwise. */
  token(claims: Claims, header?: object): string;
}

const signer = (alg: string, pair: { publicKey: KeyObject; privateKey: KeyObject }): Signer => ({
  jwk: pair.publicKey.export({ format: "jwk" }) as JsonWebKey,
  token: (claims, header = {}) =>
    token({ alg, typ: "JWT", ...header }, { exp: inSeconds(300), ...claims }, (bytes) =>
      sign(alg === "EdDSA" ? null : "sha256", bytes, pair.privateKey),
    ),
});

export const ed25519 = () => signer("EdDSA", generateKeyPairSync("ed25519"));
export const rsa = (modulusLength = 2048) => signer("RS256", generateKeyPairSync("rsa", { modulusLength }));

export const hs256 = (secret: string | Buffer, claims: Claims, header: object = {}) =>
  token({ alg: "HS256", ...header }, { exp: inSeconds(300), ...claims }, (bytes) =>
    createHmac("sha256", secret).update(bytes).digest(),
  );

/** An address with a set of public keys, which counts how often it is asked. */
export async function keySet() {
  const keys: object[] = [];
  let asked = 0;
  const server = createServer((_, reply) => {
    asked += 1;
    reply.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  return { url, keys, asked: () => asked, stop: () => server.close() };
}
