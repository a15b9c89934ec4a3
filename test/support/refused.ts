// That a call is refused, with AWS's code and words.
import assert from "node:assert/strict"
import { Fault } from "../../src/kernel/index.ts"

/** Answers the fault. Fails unless the call is refused with the code, and with the words where they are given; bugs are thrown on. */
export const refused = async (
  what: string,
  call: Promise<unknown>,
  code: string,
  message?: string | RegExp,
): Promise<Fault> => {
  const thrown: unknown = await call.then(
    () => assert.fail(`${what} was not refused`),
    (error: unknown) => error,
  )
  if (!(thrown instanceof Fault)) throw thrown
  assert.equal(thrown.code, code, thrown.message)
  if (typeof message === "string") assert.equal(thrown.message, message)
  else if (message) assert.match(thrown.message, message)
  return thrown
}
