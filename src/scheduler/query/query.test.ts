// The examples of AWS's page of the cluster query language, each against instances that it finds and does not find, and
// what is not a query. Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import fc from "fast-check"
import { parseQuery, type QueriedInstance, QueryError, satisfies } from "./index.ts"

const instance = (more: Partial<QueriedInstance> = {}, attributes: Record<string, string> = {}): QueriedInstance => ({
  agentConnected: true,
  agentVersion: "1.94.0",
  attributes: new Map(
    Object.entries({ "ecs.instance-type": "t2.small", "ecs.availability-zone": "us-east-1a", ...attributes }),
  ),
  ec2InstanceId: "i-abcd1234",
  registeredAt: Date.parse("2018-02-12T10:00:00Z"),
  runningTasksCount: 1,
  taskGroups: new Set(["service:production", "family:web"]),
  ...more,
})

const finds = (query: string, one: QueriedInstance) => satisfies(one, parseQuery(query))

const cases: readonly (readonly [string, QueriedInstance, boolean])[] = [
  ["attribute:ecs.instance-type == t2.small", instance(), true],
  ["attribute:ecs.instance-type == t2.large", instance(), false],
  ["attribute:ecs.instance-type==t2.small", instance(), true],
  ["attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", instance(), true],
  ["attribute:ecs.availability-zone in ['us-east-1c','us-east-1b']", instance(), false],
  ["attribute:ecs.availability-zone !in [us-east-1b]", instance(), true],
  ["attribute:ecs.availability-zone not_in [us-east-1a]", instance(), false],
  [
    "attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d",
    instance({}, { "ecs.instance-type": "g2.2xlarge" }),
    true,
  ],
  ["attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d", instance(), false],
  ["attribute:ecs.instance-type =~ small", instance(), false],
  ["attribute:ecs.instance-type !~ small", instance(), true],
  ["attribute:ecs.instance-type matches t[2-3].(small|large)", instance(), true],
  ["(attribute:ecs.instance-type =~ t2.(small|nano)) and agentConnected == true", instance(), true],
  ["attribute:ecs.instance-type matches 't[2-3].(small|large)'", instance(), true],
  ["task:group == service:production", instance(), true],
  ["task:group == database", instance(), false],
  ["not(task:group == database)", instance(), true],
  ["!(task:group == 'service:production')", instance(), false],
  ["task:group != database", instance(), true],
  ["task:group != service:production", instance(), false],
  ["runningTasksCount == 1", instance(), true],
  ["runningTasksCount less_than 1", instance(), false],
  ["runningTasksCount >= 10", instance({ runningTasksCount: 9 }), false],
  ["runningTasksCount > 9", instance({ runningTasksCount: 10 }), true],
  ["agentVersion < 1.14.5", instance({ agentVersion: "1.9.0" }), true],
  ["agentVersion < 1.14.5", instance(), false],
  ["agentVersion greater_than_equal 1.94", instance(), true],
  ["registeredAt < 2018-02-13", instance(), true],
  ["registeredAt > 2018-02-12T10:00:00", instance(), false],
  ["registeredAt == 2018-02-12T11:00:00+01:00", instance(), true],
  ["ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", instance(), true],
  ["ec2InstanceId == i-1", instance(), false],
  ["agentConnected == true", instance({ agentConnected: false }), false],
  ["attribute:stack exists", instance(), false],
  ["attribute:stack !exists", instance(), true],
  ["attribute:stack exists", instance({}, { stack: "" }), true],
  ["attribute:stack != a", instance(), true],
  ["attribute:cores > 9", instance({}, { cores: "10" }), true],
  // And binds more tightly than or.
  ["attribute:a == 1 or attribute:b == 2 and attribute:c == 3", instance({}, { a: "1" }), true],
  ["(attribute:a == 1 or attribute:b == 2) and attribute:c == 3", instance({}, { a: "1" }), false],
  ["attribute:a equals 1 || attribute:b not_equals 2", instance({}, { b: "2" }), false],
]

describe("the cluster query language", () => {
  for (const [query, one, found] of cases) {
    test(`${query} ${found ? "finds" : "does not find"} ${[...one.attributes.values()].join(" ")}`, () => {
      assert.equal(finds(query, one), found)
    })
  }

  for (const bad of [
    "",
    "attribute:a",
    "attribute:a ==",
    "attribute:a == b c",
    "moon == 1",
    "attribute: == 1",
    "attribute:a in []",
    "attribute:a in [b",
    "attribute:a in b",
    "(attribute:a exists",
    "attribute:a exists)",
    "attribute:a == 'b",
    "attribute:a =~ '['",
    "attribute:a and attribute:b",
    "runningTasksCount exists",
    "agentVersion =~ 1.*",
    "not",
    "and",
    "(".repeat(5000),
  ]) {
    test(`refuses ${bad.slice(0, 40)}`, () => {
      assert.throws(() => parseQuery(bad), QueryError)
    })
  }

  test("never fails in any other way, and answers the opposite of what is negated", () => {
    const words = fc.constantFrom(
      ...["attribute:a", "task:group", "agentVersion", "==", "!=", "in", "!in", "[", "]", "(", ")", ",", "and", "or"],
      ...["not", "!", "=~", "exists", "!exists", "1", "'x'", "registeredAt", ">", "<="],
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), fc.boolean(), (list, spaced) => {
        const text = list.join(spaced ? " " : "")
        try {
          const one = instance({}, { a: "1" })
          assert.equal(finds(`not (${text})`, one), !finds(text, one))
        } catch (thrown) {
          if (!(thrown instanceof QueryError)) throw thrown
        }
      }),
      { numRuns: 5_000 },
    )
  })
})
