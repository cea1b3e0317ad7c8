// The shapes that travel between the server and the chat. Read by `tsc` only.

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

export interface SimulationCard {
  type: "simulation"; total: number | string | null; range?: [number | string, number | string] | null;
  currency: string;
  bonuses: { title: string; rate: number | string | null; amount: number | string | null; certainty?: string | null }[];
  cap?: { rate: number | string; reached: boolean } | null;
  conditions?: { title: string; met: boolean | null }[];
  next_step?: string | null; link?: string | null;
}

export interface ContactCard {
  type: "contact"; name: string; phone?: string | null; email?: string | null;
  address?: string | null; website?: string | null; map?: string | null;
}

export type Card = ProcedureCard | ComparisonCard | SimulationCard | ContactCard;

export interface Message {
  id: string; text: string; language: Writing; direction: "ltr" | "rtl"; buttons: Button[];
  card: Card | null; sources: Source[]; certainty: string | null;
}

export interface ReplyBody {
  message_id: string; language: Writing; outcome: string | null; messages: Message[]; text?: string | null;
}

export interface HistoryEntry {
  message_id: string; text: string | null; payload: string | null; outcome: string | null; messages: Message[];
}

export interface History {
  conversation_id: string; language: Writing; greeting: Message[]; turns: HistoryEntry[];
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
  verdict?: "helpful" | "not_helpful";
}

export interface Access { id: string; token: string }

export interface Receipt { id: string; erased_at: string; what: string[] }

export interface StreamEvent { id: string; name: string; data: string }

export interface Erased { receipt: Receipt }

export interface Opened { conversation_id: string; token: string; language: Writing; messages: Message[] }
