// Batches of our own agent, which follows a container's log file and must neither lose nor double a line: the token
// that names a piece of the file, and what is to be done with a piece. Pure. See README.md, "Exactly once".
import type { Fault } from "../../kernel/index.ts"
import { fault } from "../../kernel/index.ts"

/** The bytes `from` to `to` (exclusive) of what `source`, a container, has logged. */
export interface Piece {
  readonly source: string
  readonly from: number
  readonly to: number
}

/** The piece of a token `roadstead:<source>:<from>:<to>`; undefined for any other text. */
export const pieceOf = (token: string | undefined): Piece | undefined => {
  const parts = /^roadstead:([^:]+):(\d{1,15}):(\d{1,15})$/.exec(token ?? "")
  const [, source, from, to] = parts ?? []
  if (source === undefined || from === undefined || to === undefined) return undefined
  const piece = { source, from: Number(from), to: Number(to) }
  return piece.from < piece.to ? piece : undefined
}

/** What to do with a piece when `committed` bytes of its source are in the stream. */
export type Verdict =
  | { readonly kind: "append" }
  /** All of it is there already: a resend after a lost answer. */
  | { readonly kind: "known" }
  /** It overlaps the end of what is there, or leaves a gap: the agent is to go on from `committed`. */
  | { readonly kind: "refused"; readonly refusal: Fault }

export const judge = (piece: Piece, committed: number): Verdict => {
  if (committed >= piece.to) return { kind: "known" }
  if (committed === piece.from) return { kind: "append" }
  const expectedSequenceToken = `roadstead:${piece.source}:${committed}`
  return {
    kind: "refused",
    refusal: fault(
      "InvalidSequenceTokenException",
      `The given sequenceToken is invalid. The next expected sequenceToken is: ${expectedSequenceToken}`,
      { expectedSequenceToken },
    ),
  }
}
