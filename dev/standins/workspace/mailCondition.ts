/** Where words are looked for. `any` is everything that a person sees of a message. */
export type TextField = "any" | "from" | "to" | "subject" | "filename";

/** What a search asks of a message. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "text"; readonly field: TextField; readonly words: readonly string[] }
  | { readonly kind: "me"; readonly field: "from" | "to" }
  | { readonly kind: "label"; readonly name: string }
  | { readonly kind: "place"; readonly place: "anywhere" | "archive" }
  | { readonly kind: "attachment" }
  | { readonly kind: "userLabels" }
  | { readonly kind: "date"; readonly from?: number; readonly before?: number }
  | { readonly kind: "size"; readonly over?: number; readonly under?: number }
  | { readonly kind: "messageId"; readonly id: string };
