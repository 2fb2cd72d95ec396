/** The OpenID provider: asked where to sign in, and whom it has signed in. Its tokens end here. */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { z } from "zod";
import type { SignInError } from "../../protocol/account.ts";

export interface ProviderOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the provider sends the browser back to; registered with it. */
  readonly redirectUri: string;
}

/** Who the provider says has signed in. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly isEmailVerified: boolean;
  readonly name: string | null;
}

/** What must be the same at the end of a sign-in as at its beginning. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface ProviderRefusal {
  readonly kind: "refused";
  readonly error: SignInError;
  /** For the log: a code of the protocol, never a token. */
  readonly reason: string;
}

export type Beginning =
  | { readonly kind: "begun"; readonly url: URL; readonly secrets: SignInSecrets }
  | ProviderRefusal;
export type Ending = { readonly kind: "identity"; readonly identity: Identity } | ProviderRefusal;

/** A sign-in ends with two of these answers, within the fifteen seconds of a request. */
const ANSWER_SECONDS_MAX = 5;

export class Provider {
  readonly #options: ProviderOptions;
  /** Asked for when the first person signs in: the start does not depend on the provider. */
  #configuration: Promise<Configuration> | null = null;

  constructor(options: ProviderOptions) {
    this.#options = options;
  }

  /** Where the browser goes to sign in, and the secrets to bring back. */
  async begin(): Promise<Beginning> {
    const secrets = {
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
    };
    try {
      const configuration = await this.#discovered();
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: this.#options.redirectUri,
        scope: "openid email profile",
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: "S256",
        prompt: "select_account",
      });
      return { kind: "begun", url, secrets };
    } catch (error) {
      return { ...refusalOf(error), error: "provider_unreachable" };
    }
  }

  /** Exchanges the code that `query` bears for an identity; everything about it is checked. */
  async finish(query: string, secrets: SignInSecrets): Promise<Ending> {
    try {
      const configuration = await this.#discovered();
      const address = new URL(this.#options.redirectUri);
      address.search = query;
      const tokens = await authorizationCodeGrant(configuration, address, {
        expectedState: secrets.state,
        expectedNonce: secrets.nonce,
        pkceCodeVerifier: secrets.verifier,
        idTokenExpected: true,
      });
      const claims = claimsSchema.safeParse(tokens.claims());
      if (!claims.success) return { kind: "refused", error: "invalid", reason: "claims" };
      return { kind: "identity", identity: claims.data };
    } catch (error) {
      return refusalOf(error);
    }
  }

  #discovered(): Promise<Configuration> {
    this.#configuration ??= this.#discover().catch((error: unknown) => {
      // The next person asks again.
      this.#configuration = null;
      throw error;
    });
    return this.#configuration;
  }

  async #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const origins = new Set([new URL(issuer).origin]);
    const isLoopback = issuer.startsWith("http:");
    const configuration = await discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: ANSWER_SECONDS_MAX,
      // Plain http passes on this machine only: the configuration refuses it elsewhere.
      execute: [enableNonRepudiationChecks, ...(isLoopback ? [allowInsecureRequests] : [])],
      [customFetch]: (url, { body = null, signal = null, ...options }) => {
        if (!origins.has(new URL(url).origin)) throw new TypeError(`not the provider's: ${url}`);
        return fetch(url, { ...options, body, signal });
      },
    });
    const { token_endpoint, jwks_uri } = configuration.serverMetadata();
    for (const url of [token_endpoint, jwks_uri]) {
      if (url !== undefined) origins.add(new URL(url).origin);
    }
    return configuration;
  }
}

/** Lengths as the database takes them. */
const claimsSchema = z
  .object({
    iss: z.string().min(1).max(255),
    sub: z.string().min(1).max(255),
    email: z.string().min(3).max(320).includes("@"),
    email_verified: z.unknown().optional(),
    name: z.string().optional(),
  })
  .transform(
    (claims): Identity => ({
      issuer: claims.iss,
      subject: claims.sub,
      email: claims.email,
      isEmailVerified: claims.email_verified === true,
      name: claims.name ?? null,
    }),
  );

/** Errors that say that this server's own settings are wrong. */
const OUR_FAULT = new Set([
  "invalid_client",
  "unauthorized_client",
  "redirect_uri_mismatch",
  "invalid_request",
  "invalid_scope",
]);
const THEIR_TROUBLE = new Set(["temporarily_unavailable", "server_error"]);

function refusalOf(error: unknown): ProviderRefusal {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return { kind: "refused", error: errorOf(error.error), reason: error.error.slice(0, 40) };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const isUnreachable = code === "OAUTH_TIMEOUT" || isFailedFetch(error);
  const reason = code !== "" ? code : error instanceof Error ? error.name : "unknown";
  return { kind: "refused", error: isUnreachable ? "provider_unreachable" : "invalid", reason };
}

function errorOf(code: string): SignInError {
  if (code === "access_denied") return "cancelled";
  if (OUR_FAULT.has(code)) return "provider_refused";
  return THEIR_TROUBLE.has(code) ? "provider_unreachable" : "invalid";
}

/** `fetch` reports every trouble of the network with one error, wrapped or not. */
function isFailedFetch(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.message === "fetch failed" || isFailedFetch(error.cause);
}
