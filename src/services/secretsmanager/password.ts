// GetRandomPassword. Chance comes from the process: a password is as good as its random bytes.
import type { ReadOp } from "../../gate/index.ts"
import { fault, type Ids } from "../../kernel/index.ts"
import { checkLength, numberOf } from "./checks.ts"

const lower = "abcdefghijklmnopqrstuvwxyz"
const upper = lower.toUpperCase()
const digits = "0123456789"
/** The signs that AWS's page names. */
const signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

const pick = (ids: Ids, from: string): string => from[ids.below(from.length)] ?? ""

/** The same characters in another order, each order as likely. */
const shuffled = (ids: Ids, characters: string[]): string => {
  for (let at = characters.length - 1; at > 0; at--) {
    const other = ids.below(at + 1)
    const [a = "", b = ""] = [characters[at], characters[other]]
    characters[at] = b
    characters[other] = a
  }
  return characters.join("")
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export const GetRandomPassword: ReadOp<"secretsmanager", "GetRandomPassword"> = (cx, input) => {
  const length = numberOf("passwordLength", input.PasswordLength, 1, 4096, 32)
  const excluded = input.ExcludeCharacters ?? ""
  checkLength("excludeCharacters", excluded, 0, 4096)
  const types = [
    input.ExcludeLowercase ? "" : lower,
    input.ExcludeUppercase ? "" : upper,
    input.ExcludeNumbers ? "" : digits,
    input.ExcludePunctuation ? "" : signs,
    input.IncludeSpace ? " " : "",
  ]
    .map((type) => [...type].filter((character) => !excluded.includes(character)).join(""))
    .filter((type) => type !== "")
  const all = types.join("")
  if (all === "") {
    // Text from memory.
    throw fault("InvalidRequestException", "You can't exclude all characters from the password.")
  }
  // AWS requires each type unless it is told not to.
  const required = input.RequireEachIncludedType === false ? [] : types
  if (length < required.length) {
    throw fault("InvalidParameterException", "Password length is too short based on the required types.")
  }
  const characters = required.map((type) => pick(cx.ids, type))
  while (characters.length < length) characters.push(pick(cx.ids, all))
  return { RandomPassword: shuffled(cx.ids, characters) }
}
