/** What a user asks of a bot; it takes effect at a minute boundary, before anything of that minute. */
import { unreachable } from "../assert.ts";
import type { Fixed } from "../fixed.ts";
import type { BotState } from "./bot-state.ts";
import type { RiskSettings } from "./risk.ts";

export type Command =
  /** Pays the paper capital in; always the first. The bot is switched off. */
  | { readonly kind: "create"; readonly id: number; readonly capital: Fixed }
  | { readonly kind: "start"; readonly id: number }
  /** No entries any more. A position stays managed until it exits, or is closed at the open. */
  | { readonly kind: "stop"; readonly id: number; readonly position: "keep" | "close" }
  /** New settings; versions ascend. A position gets their levels, a pending entry is withdrawn. */
  | {
      readonly kind: "edit";
      readonly id: number;
      readonly version: number;
      readonly settings: RiskSettings;
    }
  /** Closes what is open, then begins a new run with the capital of the start. */
  | { readonly kind: "reset"; readonly id: number }
  /** Closes the position at the open, or withdraws the pending entry. */
  | { readonly kind: "close"; readonly id: number }
  /** Closes what is open, then ends for good. */
  | { readonly kind: "delete"; readonly id: number };

/** Why a command has no effect. */
export type CommandRefusal =
  | "not_created"
  | "already_created"
  | "already_on"
  | "already_off"
  | "old_version"
  | "nothing_open"
  | "already_closing"
  | "deleted";

/** Why the command would have no effect on a bot in this state; null when it has one. */
export function refusalOf(command: Command, state: BotState): CommandRefusal | null {
  if (state.status === "deleted") return "deleted";
  if (command.kind === "create") return state.status === "new" ? null : "already_created";
  if (state.status === "new") return "not_created";
  switch (command.kind) {
    case "start":
      return state.status === "on" ? "already_on" : null;
    case "stop":
      return state.status === "off" && (command.position === "keep" || state.position === null)
        ? "already_off"
        : null;
    case "edit":
      return command.version > state.version ? null : "old_version";
    case "close":
      if (state.order?.kind === "exit") return "already_closing";
      return state.position === null && state.order === null ? "nothing_open" : null;
    case "reset":
    case "delete":
      return null;
    default:
      return unreachable(command);
  }
}
