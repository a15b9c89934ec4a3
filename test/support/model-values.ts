// Values made from the model: a random input or output of any operation, the same for the same seed. For properties over all
// services; what a protocol cannot carry (empty structures in a form) is never made.
import type { Member, StructureType, Traits, Type } from "../../src/model/index.ts"
import { seededRandom } from "./test-ids.ts"

/** A source of small random numbers. */
export interface Dice {
  /** A whole number from 0 up to, not including, `limit`. */
  readonly below: (limit: number) => number
}

/** Dice that fall the same for the same seed. */
export const dice = (seed: number): Dice => {
  const random = seededRandom(seed)
  const bytes = new Uint8Array(4)
  return {
    below: (limit) => {
      random(bytes)
      return new DataView(bytes.buffer).getUint32(0) % limit
    },
  }
}

/** A value of a structure: all required members and the payload, of the others some. */
export const structureValue = (type: StructureType, roll: Dice): Record<string, unknown> => members(type, roll, 0) ?? {}

const deepest = 5

const members = (type: StructureType, roll: Dice, depth: number): Record<string, unknown> | undefined => {
  const out: Record<string, unknown> = {}
  const chosen =
    type.kind === "union"
      ? type.members.slice().sort(() => roll.below(3) - 1)
      : type.members.filter(
          (m) => m.required || m.traits.httpPayload || roll.below(type.members.length > 12 ? 6 : 2) === 0,
        )
  for (const member of chosen) {
    const value = memberValue(member, roll, depth)
    if (value !== undefined) out[member.name] = value
    if (type.kind === "union" && value !== undefined) break
  }
  // A list of structures without a required member would often be empty, and be missing where a form cannot say so.
  const [first] = type.members
  if (Object.keys(out).length === 0 && first?.type.kind === "string") {
    const value = memberValue(first, roll, depth)
    if (value !== undefined) out[first.name] = value
  }
  return Object.keys(out).length === 0 ? undefined : out
}

const memberValue = ({ type, traits }: Member, roll: Dice, depth: number): unknown => {
  switch (type.kind) {
    case "structure":
    case "union":
      // Event streams and the like are not for this.
      return depth >= deepest || traits.streaming ? undefined : members(type, roll, depth + 1)
    case "list": {
      if (depth >= deepest && isDeep(type.member.type)) return undefined
      const items = Array.from({ length: 1 + roll.below(3) }, () =>
        memberValue(inherit(type.member, traits), roll, depth + 1),
      )
      const made = items.filter((i) => i !== undefined)
      return made.length === 0 ? undefined : made
    }
    case "map": {
      if (depth >= deepest) return undefined
      const out: Record<string, unknown> = {}
      for (let i = 0; i <= roll.below(3); i++) {
        const value = memberValue(type.value, roll, depth + 1)
        if (value !== undefined) out[`${plain(roll)}${i}`] = value
      }
      return Object.keys(out).length === 0 ? undefined : out
    }
    default:
      return leaf(type, traits, roll)
  }
}

/** Whether a value of the type may hold values in turn. */
const isDeep = ({ kind }: Type): boolean => ["structure", "union", "list", "map"].includes(kind)

/** A list in a header or a path is bound as its member is. */
const inherit = (member: Member, traits: Traits): Member => ({ ...member, traits: { ...traits, ...member.traits } })

const leaf = (type: Type, traits: Traits, roll: Dice): unknown => {
  switch (type.kind) {
    case "string":
      return traits.httpHeader !== undefined || traits.httpPrefixHeaders !== undefined ? plain(roll) : text(roll)
    case "number":
      return traits.httpResponseCode
        ? 200 + roll.below(99)
        : roll.below(2) === 0
          ? roll.below(1_000_000) - 500_000
          : roll.below(10_000) / 8
    case "boolean":
      return roll.below(2) === 0
    case "timestamp": {
      const seconds = 1_500_000_000 + roll.below(500_000_000)
      return new Date(
        seconds * 1000 +
          (traits.httpHeader !== undefined || traits.timestampFormat === "http-date" ? 0 : roll.below(1000)),
      )
    }
    case "blob":
      return Uint8Array.from({ length: 1 + roll.below(20) }, () => roll.below(256))
    case "document":
      return { [plain(roll)]: [1, "two", null, { three: true }] }
    case "bigInteger":
      return BigInt(roll.below(1_000_000))
    case "bigDecimal":
      return String(roll.below(1_000_000))
    default:
      return undefined
  }
}

const plain = (roll: Dice): string =>
  Array.from({ length: 1 + roll.below(8) }, () => "abcdefghijklmnopqrstuvwxyz0123456789-"[roll.below(36)]).join("")

const awkward = [
  "a b",
  "ü",
  "漢字",
  "😀",
  "&<>\"'",
  "a+b=c%20&d",
  "x\ny",
  "  padded  ",
  "__proto__",
  "1",
  "\r\n",
  "/slash//",
  "]]>",
  "\u2028",
]
const text = (roll: Dice): string => (roll.below(3) === 0 ? (awkward[roll.below(awkward.length)] ?? "") : plain(roll))
