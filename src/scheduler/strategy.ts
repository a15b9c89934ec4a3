// A placement strategy as the scheduler knows it.

export type Strategy =
  | { readonly kind: "random" }
  | { readonly kind: "binpack"; readonly of: "cpu" | "memory" }
  /** `instanceId`, or the name of an attribute. */
  | { readonly kind: "spread"; readonly over: "instanceId" | { readonly attribute: string } }
