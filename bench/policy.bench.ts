// What it costs to decide for a principal with ten policies of ten statements each, from the records, against deciding for
// root, of whom no policy is asked. In microseconds of the processor a decision, so
// that a busy machine measures the same.
import { type Caller, type Demand, isAllowed, type ReadCx } from "../src/gate/index.ts"
import { iamKey, memoryStore } from "../src/state/index.ts"
import { median, report } from "./support/measure.ts"

const account = "111122223333"
const scope = { account, region: "us-east-1" }
const decisions = 20_000
/** Rounds of both alternate, so that a disturbance hits both; the first warm up. */
const rounds = 15
const warmUp = 3

const root: Caller = { account, arn: `arn:aws:iam::${account}:root`, kind: "root" }
const user: Caller = {
  account,
  arn: `arn:aws:iam::${account}:user/bench`,
  kind: "user",
  userId: "AIDABENCH",
  sourceIp: "10.1.2.3",
}

/** One of ten policies: each team's own things with wildcards, variables and conditions; the last has what is asked for. */
const policy = (team: number): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: Array.from({ length: 10 }, (_, i) => ({
      Effect: i === 9 ? "Deny" : "Allow",
      Action:
        i === 9 ? ["ecs:Delete*", "iam:*"] : ["ecs:Describe*", "ecs:List*", `s3:Get*`, "logs:*Events", "ecs:RunTask"],
      Resource:
        team === 9 && i === 8
          ? `arn:aws:ecs:*:${account}:task/web-*`
          : [
              `arn:aws:ecs:*:${account}:*/team-${team}-${i}-*`,
              `arn:aws:s3:::team-${team}/home/\${aws:username}/*`,
              `arn:aws:logs:*:*:log-group:/team-${team}/*`,
            ],
      Condition: {
        StringEquals: {
          "aws:PrincipalTag/project": ["web", "mail"],
          "aws:ResourceTag/project": `\${aws:PrincipalTag/project}`,
        },
        IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] },
        ArnLike: { "ecs:cluster": `arn:aws:ecs:*:${account}:cluster/*` },
      },
    })),
  })

const demands: readonly Demand[] = [
  {
    action: "ecs:DescribeTasks",
    resources: [`arn:aws:ecs:us-east-1:${account}:task/web-1/0123456789abcdef0123456789abcdef`],
    conditions: { "ecs:cluster": `arn:aws:ecs:us-east-1:${account}:cluster/web-1` },
    about: () => ({ tags: [{ key: "project", value: "web" }] }),
  },
]

await report(async () => {
  const state = memoryStore()
  state.transact((tx) => {
    const common = { account, path: "/", createdAt: 0, tags: [{ key: "project", value: "web" }] }
    const attached = Array.from({ length: 10 }, (_, team) => `arn:aws:iam::${account}:policy/team-${team}`)
    attached.forEach((arn, team) => {
      const versions = [{ id: "v1", document: policy(team), createdAt: 0 }]
      const rest = { versions, defaultVersion: "v1", lastVersion: 1, updatedAt: 0 }
      tx.iamPolicies.insert({ ...common, name: `team-${team}`, id: `ANPA${team}`, arn, ...rest })
    })
    tx.iamUsers.insert({ ...common, name: "bench", id: "AIDABENCH", arn: user.arn, attached, inline: [], groups: [] })
    if (!tx.iamUsers.has(iamKey(account, "bench"))) throw new Error("the user is not there")
  })
  const microseconds = (caller: Caller): number =>
    state.view((tx) => {
      const cx = { tx, scope, caller, wallNow: 1_700_000_000_000 } as ReadCx
      if (!isAllowed(cx, demands)) throw new Error("what is measured is refused")
      const started = process.cpuUsage()
      for (let i = 0; i < decisions; i++) isAllowed(cx, demands)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / decisions
    })
  const ours: number[] = []
  const floor: number[] = []
  for (let round = 0; round < warmUp + rounds; round++) {
    const pair = [microseconds(root), microseconds(user)] as const
    if (round < warmUp) continue
    floor.push(pair[0])
    ours.push(pair[1])
  }
  return [
    {
      name: "a decision for a principal with ten policies",
      value: median(ours),
      unit: "µs",
      floor: { name: "a decision for root", value: median(floor) },
    },
  ]
})
