// Shapes of AWS that were kept in records, as an answer wants them.
import type { Frozen } from "../../state/index.ts"

/** The SDK's types are mutable, records are not; an answer is only read. */
export const thaw = <T>(kept: Frozen<T>): T => kept as unknown as T
