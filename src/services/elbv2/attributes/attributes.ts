// What an attribute is: its key, what it is by default and what it may be. Load balancers, target groups and listeners each
// have a list of them; only what was set is kept.
import { broken, checkLength, invalid } from "../checks.ts"

/** Of `T`, what has the attribute. */
export interface Attribute<T> {
  readonly key: string
  /** What is shown while it was not set. */
  readonly standard: (of: T) => string
  /** Throws when the value is none. */
  readonly check: (value: string, key: string) => void
}

type Standard<T> = string | ((of: T) => string)

/** For lists: `attribute("idle_timeout.timeout_seconds", "60", between(1, 4000))`. */
export const attribute = <T>(key: string, standard: Standard<T>, check: Attribute<T>["check"]): Attribute<T> => ({
  key,
  standard: typeof standard === "string" ? () => standard : standard,
  check,
})

/** Text of moto's tests. */
export const between =
  (least: number, most: number, also: readonly string[] = []) =>
  (value: string, key: string): void => {
    const number = Number(value)
    if (also.includes(value) || (/^\d{1,9}$/.test(value) && number >= least && number <= most)) return
    throw invalid(`'${key}' value '${value}' must be between '${least}-${most}' inclusive`)
  }

/** Text after moto's. */
export const among =
  (...words: readonly string[]) =>
  (value: string, key: string): void => {
    if (!words.includes(value)) throw invalid(`'${key}' must be one of [${words.join(", ")}]`)
  }

export const truth = among("true", "false")

/** text from memory */
export const text =
  (most: number) =>
  (value: string, key: string): void => {
    if (value.length > most) throw invalid(`'${key}' value '${value}' must have at most ${most} characters`)
  }

interface WireAttribute {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

type Kept = Readonly<Record<string, string>>

/** AWS takes 20 in a request (terraform-provider-aws pull request 46496). */
const most = 20

/** What was set, with these set besides. `refuse` answers what is said of a key that is not in the list. */
export const withAttributes = <T extends { readonly attributes: Kept }>(
  all: readonly Attribute<T>[],
  of: T,
  asked: readonly WireAttribute[] | undefined,
  refuse: (key: string) => Error,
): Kept => {
  const given = asked ?? []
  if (given.length > most)
    throw broken(
      "attributes",
      `[${given.map(({ Key }) => Key).join(", ")}]`,
      `Member must have length less than or equal to ${most}`,
    )
  const set: Record<string, string> = { ...of.attributes }
  for (const [i, { Key: key = "", Value: value = "" }] of given.entries()) {
    checkLength(`attributes.${i + 1}.member.key`, key, 256)
    const known = all.find((one) => one.key === key)
    if (!known) throw refuse(key)
    known.check(value, key)
    set[key] = value
  }
  return set
}

export const shownAttributes = <T extends { readonly attributes: Kept }>(all: readonly Attribute<T>[], of: T) =>
  all.map(({ key, standard }) => ({ Key: key, Value: of.attributes[key] ?? standard(of) }))
