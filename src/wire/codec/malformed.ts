// Input that cannot be read as its shape says. Each protocol has its own code and wording for it; the decoders only say what was wrong.
import { Fault } from "../../kernel/index.ts"

/** How deep input may be nested before it is refused: AWS's deepest shapes have fewer than twenty levels, documents are the user's own. */
export const maxDepth = 128

/** What a decoder found: at `path`, something that is not what the model has. */
export interface Problem {
  /** `containerDefinitions.0.cpu`; empty for the whole. */
  readonly path: string
  /** What the model has there, as a kind of type. */
  readonly expected: string
  /** What came, as JSON calls it: `string`, `number`, `object`, …, or the offending text. */
  readonly found: string
}

/** Turns a problem into the fault that the protocol answers. */
export type Complain = (problem: Problem) => Fault

const tokens: Readonly<Record<string, string>> = {
  string: "STRING_VALUE",
  number: "NUMBER_VALUE",
  boolean: "TRUE_VALUE",
}
const typeNames: Readonly<Record<string, string>> = {
  string: "String",
  number: "Integer",
  boolean: "Boolean",
  timestamp: "Date",
  blob: "Blob",
}

/** The words of the JSON protocols: `NUMBER_VALUE cannot be converted to String`, `Start of list found where not expected`. */
export const serializationException: Complain = ({ expected, found }) => {
  const message =
    found === "object"
      ? "Start of structure or map found where not expected."
      : found === "list"
        ? "Start of list found where not expected"
        : expected === "list" || expected === "structure" || expected === "map"
          ? `Unexpected field type: ${tokens[found] ?? found} found where a ${expected} is expected`
          : `${tokens[found] ?? found} cannot be converted to ${typeNames[expected] ?? expected}`
  return new Fault("SerializationException", message, { status: 400 })
}
