// The shapes that travel between the server and the chat, and between its modules. Read by `tsc` only.

import type { Conversation } from "./conversation.js";
import type { Server } from "./server.js";

export type Writing = "fr" | "ary-Arab" | "ary-Latn";

export interface Button { title: string; payload: string }

export interface Source { title: string; url: string | null; published: string | null; checked_on: string }

export interface Step {
  title: string; body: string; documents: string[]; cost: string; delay: string;
  channel: string; legal_reference: string; detail: string;
}

export interface ProcedureCard { type: "procedure"; title: string; steps: Step[]; cost?: string; delay?: string }

export interface ComparisonCard {
  type: "comparison"; columns: string[]; rows: { title: string; cells: string[] }[];
}

/** Every figure as it is said, and as a number (`…_value`) to draw it. */
export interface SimulationCard {
  type: "simulation"; title: string; total: string | null; low: string | null; high: string | null;
  bonuses: {
    title: string; rate: string; rate_value: number | null; amount: string | null; amount_value: number | null; certainty: string;
  }[];
  cap: { title: string; rate: string; rate_value: number; reached: boolean } | null;
  conditions: { title: string; met: boolean | null }[];
  next_step: string | null; link: string | null;
}

export interface ContactCard {
  type: "contact"; name: string; phone?: string | null; email?: string | null;
  address?: string | null; website?: string | null; map?: string | null;
}

/** Everything was erased at the visitor's word; the text of its message says it all. */
export interface ReceiptCard extends Receipt { type: "receipt" }

export type Card = ProcedureCard | ComparisonCard | SimulationCard | ContactCard | ReceiptCard;

export interface Message {
  id: string; text: string; language: Writing; direction: "ltr" | "rtl"; buttons: Button[];
  card: Card | null; sources: Source[]; certainty: string | null;
}

export interface ReplyBody {
  message_id: string; language: Writing; outcome: string | null; messages: Message[]; text?: string | null; payload?: string | null;
}

export interface HistoryEntry {
  message_id: string; text: string | null; payload: string | null; outcome: string | null; messages: Message[];
  /** Its number on the stream, once answered. */
  event: number | null;
  feedback: "helpful" | "not_helpful" | null;
}

export interface History {
  conversation_id: string; language: Writing; greeting: Message[]; turns: HistoryEntry[];
  staff: { event: number; message: Message }[]; last_event: number;
}

/** `waiting`: still here; `sending`: on its way; `kept`: the server has it and will answer later. */
export type TurnState = "waiting" | "sending" | "kept" | "answered" | "refused";

export interface Turn {
  message_id: string;
  /** What the visitor sees of the question: the text typed, or the title of the button. */
  asked: string | null;
  payload: string | null;
  state: TurnState;
  outcome: string | null;
  messages: Message[];
  error: string | null;
  verdict?: "helpful" | "not_helpful" | null;
}

/** How the bubbles are drawn: the writing of the interface, whether the server is away, what a press does. */
export interface View {
  writing: Writing; away: boolean; endpoint: string;
  choose(title: string, payload: string): void;
  retry(): void;
  edit(turn: Turn): void;
  adviser(about: string): void;
  judge(id: string, verdict: "helpful" | "not_helpful", reason?: string): Promise<unknown>;
}

/** Where a form lives. `values` is what was typed: it stays when the language changes. */
export interface Place {
  server: Server; conversation: Conversation; writing: Writing; values: Record<string, string>; leave(): void;
}

export interface Access { id: string; token: string }

export interface Receipt { id: string; erased_at: string }

export interface StreamEvent { id: string; name: string; data: string }

/** The receipt, and the same in words. */
export interface Erased { receipt: Receipt; text: string }

export interface Opened { conversation_id: string; token: string; language: Writing; messages: Message[] }
