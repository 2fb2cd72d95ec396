/** People on the wire: one's account, logins and strategies, and how a sign-in ends. */
import { z } from "zod";
import { TIMEFRAMES } from "../core/timeframe.ts";

const time = z.int().nonnegative();
const id = z.int().positive();

export const LANGUAGES = ["en", "fr"] as const;
export const THEMES = ["dark", "light"] as const;
export const DISPLAY_NAME_LENGTH_MAX = 80;

/**
 * `local`: no login, for this machine only. `protected`: everybody signs in, and every route that
 * needs it answers 401 `sign_in_required` to who has not.
 */
export const accessModeSchema = z.enum(["local", "protected"]);
export type AccessMode = z.infer<typeof accessModeSchema>;

const language = z.enum(LANGUAGES).nullable();
const theme = z.enum(THEMES).nullable();

/** `GET /api/me`: who asks. */
export const meAnswer = z.object({
  id,
  mode: accessModeSchema,
  displayName: z.string(),
  /** As the provider told it at the last sign-in; null for the local user. */
  email: z.string().nullable(),
  /** Null: as the browser says. */
  language,
  theme,
  isOperator: z.boolean(),
  createdAt: time,
  /** Null for the local user. */
  lastSignInAt: time.nullable(),
});
export type MeAnswer = z.infer<typeof meAnswer>;

/** Controls and marks that turn the direction of a text could make one name look like another. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** `PATCH /api/me`: what is absent stays as it is. */
export const meChange = z.strictObject({
  displayName: z
    .string()
    .trim()
    .min(1, "expected at least one character")
    .refine(
      (text) => [...text].length <= DISPLAY_NAME_LENGTH_MAX,
      `expected at most ${DISPLAY_NAME_LENGTH_MAX} characters`,
    )
    .refine((text) => !HIDDEN.test(text), "expected no control or invisible characters")
    .optional(),
  language: language.optional(),
  theme: theme.optional(),
});
export type MeChange = z.infer<typeof meChange>;

/** `DELETE /api/me`: the word that says it is meant. */
export const ACCOUNT_DELETION_CONFIRMATION = "delete my account";
export const accountDeletion = z.strictObject({
  confirmation: z.enum([ACCOUNT_DELETION_CONFIRMATION]),
});

/** One login: one signed-in browser. */
export const loginSchema = z.object({
  id,
  /** Browser and system in a few words, such as "Firefox on Linux". */
  device: z.string(),
  createdAt: time,
  /** Exact to some minutes. */
  lastUsedAt: time,
  /** When it ends if it is not used until then. */
  expiresAt: time,
  /** The login that asks. */
  isCurrent: z.boolean(),
});
export type LoginAnswer = z.infer<typeof loginSchema>;

/** `GET /api/me/sessions`: newest use first; empty in local mode. */
export const loginsAnswer = z.object({ sessions: z.array(loginSchema) });

/** `DELETE /api/me/sessions[/:id]`: how many logins were ended. */
export const loginsEndedAnswer = z.object({ ended: z.int().nonnegative() });

/**
 * Risk settings of a strategy. Percentages are positive numbers of percent against the entry price,
 * durations milliseconds; null is "off".
 */
export const strategySettingsSchema = z.object({
  takeProfitPercent: z.number().positive().nullable(),
  stopLossPercent: z.number().positive().nullable(),
  maxTimeMs: z.int().positive().nullable(),
  cooldownMs: z.int().positive().nullable(),
  /** Percent of the equity that one position takes. */
  sizePercent: z.number().positive(),
});
export type StrategySettings = z.infer<typeof strategySettingsSchema>;

export const strategySchema = z.object({
  id,
  name: z.string(),
  symbol: z.string(),
  timeframe: z.enum(TIMEFRAMES),
  kind: z.enum(["catalogue", "custom"]),
  /** The built-in strategy that it was made from; null for a custom one. */
  catalogueId: z.string().nullable(),
  /** Switched on. It trades only where it is runnable as well. */
  isEnabled: z.boolean(),
  /** False while the server cannot run its rules: such a strategy never trades. */
  isRunnable: z.boolean(),
  settings: strategySettingsSchema,
  createdAt: time,
  updatedAt: time,
});
export type StrategyAnswer = z.infer<typeof strategySchema>;

/** `GET /api/strategies`: one's own, by name, then by timeframe. */
export const strategiesAnswer = z.object({ strategies: z.array(strategySchema) });

/** Where `GET /api/auth/signin/google` is told to come back to: a path of this server. */
export const RETURN_PATH_PARAMETER = "return";

/** The page that a refused sign-in leads to: `/sign-in?error=<code>`, with one of these codes. */
export const SIGN_IN_PATH = "/sign-in";
export const SIGN_IN_ERRORS = [
  /** The person said no at the provider. */
  "cancelled",
  /** Too late, begun in another browser, or used before: begin again. */
  "expired",
  /** The provider's answer did not hold: state, nonce, signature, audience or code. */
  "invalid",
  /** The provider has not verified the e-mail address. */
  "email_not_verified",
  /** This server takes only people whom its operator has named. */
  "not_allowed",
  /** The provider does not answer. */
  "provider_unreachable",
  /** The provider refuses this server: its credentials or redirect address are wrong. */
  "provider_refused",
  /** This server made a mistake. */
  "internal",
] as const;
export const signInErrorSchema = z.enum(SIGN_IN_ERRORS);
export type SignInError = z.infer<typeof signInErrorSchema>;

/** What may stand at `/api/me/export`: one list of rows a table, all of them one's own. */
export const exportAnswer = z.object({
  exportedAt: time,
  tables: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))),
});
