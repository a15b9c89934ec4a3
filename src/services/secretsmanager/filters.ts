// Filters of ListSecrets and BatchGetSecretValue. Pure.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html, and how AWS was seen to apply them.
import { fault } from "../../kernel/index.ts"
import type { SecretRow } from "../../state/index.ts"
import { broken } from "./checks.ts"

/** A filter as it comes in. */
export interface SecretFilter {
  readonly Key?: string | undefined
  readonly Values?: readonly string[] | undefined
}

type Match = (secret: SecretRow, value: string) => boolean

const tagKeys = (secret: SecretRow) => (secret.tags ?? []).map(({ key }) => key)
const tagValues = (secret: SecretRow) => (secret.tags ?? []).map(({ value }) => value)

const wordsOf = (text: string): readonly string[] =>
  text
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[\s/_+=.@!-]+/)
    .filter((word) => word !== "")

/** Every word of the value begins a word of the texts, whatever their case. */
const hasWords = (texts: readonly string[], value: string): boolean => {
  const wanted = wordsOf(value)
  const words = texts.flatMap(wordsOf)
  return wanted.length > 0 && wanted.every((word) => words.some((known) => known.startsWith(word)))
}

const matches: Readonly<Record<string, Match>> = {
  name: (secret, value) => secret.name.startsWith(value),
  // The page says prefix; AWS was seen to look at the words.
  description: (secret, value) => hasWords([secret.description ?? ""], value),
  "tag-key": (secret, value) => tagKeys(secret).some((key) => key.startsWith(value)),
  "tag-value": (secret, value) => tagValues(secret).some((text) => text.startsWith(value)),
  // No secret here is a replica or belongs to a service of AWS.
  "primary-region": (secret, value) => secret.region.startsWith(value),
  "owning-service": () => false,
  all: (secret, value) =>
    hasWords([secret.name, secret.description ?? "", ...tagKeys(secret), ...tagValues(secret)], value),
}

const mostFilters = 10
const mostValues = 10

/** What all filters keep: each must match by one of its values; `!` before a value turns it round. */
export const filterOf = (filters: readonly SecretFilter[] = []): ((secret: SecretRow) => boolean) => {
  if (filters.length > mostFilters) {
    throw broken("filters", `Member must have length less than or equal to ${mostFilters}`)
  }
  const all = filters.map(({ Key: key, Values: values }, at) => {
    if (key === undefined) throw fault("InvalidParameterException", "Invalid filter key")
    const match = Object.hasOwn(matches, key) ? matches[key] : undefined
    if (!match) {
      const known = "all, name, tag-key, description, tag-value, primary-region, owning-service"
      throw broken(`filters.${at + 1}.member.key`, `Member must satisfy enum value set: [${known}]`, key)
    }
    if (values === undefined || values.length === 0) {
      throw fault("InvalidParameterException", `Invalid filter values for key: ${key}`)
    }
    if (values.length > mostValues) {
      throw broken(`filters.${at + 1}.member.values`, `Member must have length less than or equal to ${mostValues}`)
    }
    return (secret: SecretRow) =>
      values.some((value) => (value.startsWith("!") ? !match(secret, value.slice(1)) : match(secret, value)))
  })
  return (secret) => all.every((keeps) => keeps(secret))
}
