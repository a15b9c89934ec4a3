// Enforcement: policies from the records against the demands of real operations, and the words of each refusal.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { TestClock } from "../../test/support/test-clock.ts"
import { testIds } from "../../test/support/test-ids.ts"
import { type Fault, silentLog } from "../kernel/index.ts"
import { type IamRoleRow, type IamUserRow, iamKey, memoryStore } from "../state/index.ts"
import { type BulkStores, type Caller, createGate, type Demand, implement, read } from "./index.ts"

const account = "111122223333"
const scope = { account, region: "us-east-1" }
const root: Caller = { account, arn: `arn:aws:iam::${account}:root`, kind: "root" }
const ann: Caller = { account, arn: `arn:aws:iam::${account}:user/ann`, kind: "user", userId: "AIDAANN" }
const roleArn = `arn:aws:iam::${account}:role/deploy`
const session: Caller = {
  account,
  arn: `arn:aws:sts::${account}:assumed-role/deploy/ci`,
  kind: "role",
  roleArn,
  sessionName: "ci",
}
const cluster = `arn:aws:ecs:us-east-1:${account}:cluster/web`

/** An ECS, an EC2 and an STS of one operation each, which demand what a test says. */
const setUp = (demand: Partial<Demand> = {}) => {
  const state = memoryStore()
  const demands: Demand[] = [{ action: "ecs:DescribeClusters", resources: [cluster], ...demand }]
  const answers = read(
    () => ({}),
    () => demands,
  )
  const services = [
    implement("ecs", { DescribeClusters: answers }),
    implement("ec2", { DescribeVpcs: answers }),
    implement("sts", { GetSessionToken: answers }),
  ]
  const clock = new TestClock()
  const gate = createGate({ state, bulk: {} as BulkStores, services, clock, ids: testIds(), log: silentLog })
  const ask = async (caller: Caller, service: "ecs" | "ec2" | "sts" = "ecs"): Promise<string> => {
    const operation = { ecs: "DescribeClusters", ec2: "DescribeVpcs", sts: "GetSessionToken" }[service]
    try {
      await gate.dispatch({ service, operation, input: {}, scope, caller, requestId: "r" })
      return "allowed"
    } catch (thrown) {
      const { code, status = 400, message } = thrown as Fault
      return `${code} ${status} ${message}`
    }
  }
  const common = { account, path: "/", createdAt: 0, attached: [], inline: [], tags: [] }
  return {
    state,
    ask,
    user: (change: Partial<IamUserRow> = {}) =>
      state.transact((tx) =>
        tx.iamUsers.put({ ...common, name: "ann", id: "AIDAANN", arn: ann.arn, groups: [], ...change }),
      ),
    role: (change: Partial<IamRoleRow> = {}) =>
      state.transact((tx) =>
        tx.iamRoles.put({
          ...{ ...common, name: "deploy", id: "AROADEPLOY", arn: roleArn, trust: "{}", maxSessionDuration: 3600 },
          ...change,
        }),
      ),
    common,
  }
}

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements })
const allow = (more: object = {}) => policy({ Effect: "Allow", Action: "ecs:*", Resource: "*", ...more })
const inline = (document: string) => ({ inline: [{ name: "p", document }] })
const denied = (who: Caller, why: string, on = cluster) =>
  `AccessDeniedException 400 User: ${who.arn} is not authorized to perform: ecs:DescribeClusters on resource: ${on} ${why}`
const nothingAllows = "because no identity-based policy allows the ecs:DescribeClusters action"

describe("policies from the records", () => {
  test("root may do everything, and a user nothing until a policy says so", async () => {
    const { ask, user } = setUp()
    assert.equal(await ask(root), "allowed")
    assert.equal(await ask(ann), denied(ann, nothingAllows))
    user()
    assert.equal(await ask(ann), denied(ann, nothingAllows))
    user(inline(allow()))
    assert.equal(await ask(ann), "allowed")
    user(
      inline(
        policy({ Effect: "Allow", Action: "*", Resource: "*" }, { Effect: "Deny", Action: "ecs:*", Resource: "*" }),
      ),
    )
    assert.equal(await ask(ann), denied(ann, "with an explicit deny in an identity-based policy"))
  })
  test("managed policies count, AWS's and the account's in their default version, and those of groups", async () => {
    const { ask, user, state, common } = setUp()
    user({ attached: ["arn:aws:iam::aws:policy/AdministratorAccess"] })
    assert.equal(await ask(ann), "allowed")
    const arn = `arn:aws:iam::${account}:policy/ecs`
    const versions = ["s3:*", "ecs:*"].map((Action, i) => ({
      id: `v${i + 1}`,
      document: allow({ Action }),
      createdAt: 0,
    }))
    state.transact((tx) =>
      tx.iamPolicies.put({
        ...common,
        name: "ecs",
        id: "ANPA",
        arn,
        versions,
        defaultVersion: "v1",
        lastVersion: 2,
        updatedAt: 0,
      }),
    )
    user({ attached: [arn] })
    assert.equal(await ask(ann), denied(ann, nothingAllows))
    state.transact((tx) => tx.iamPolicies.patch(iamKey(account, "ecs"), { defaultVersion: "v2" }))
    assert.equal(await ask(ann), "allowed")
    user({ groups: [iamKey(account, "ops")] })
    assert.equal(await ask(ann), denied(ann, nothingAllows))
    state.transact((tx) =>
      tx.iamGroups.put({
        ...common,
        name: "ops",
        id: "AGPA",
        arn: `arn:aws:iam::${account}:group/ops`,
        ...inline(allow()),
      }),
    )
    assert.equal(await ask(ann), "allowed")
  })
  test("a boundary bounds, and one whose policy is gone bounds everything away", async () => {
    const { ask, user } = setUp()
    user({ ...inline(allow()), boundary: "arn:aws:iam::aws:policy/AdministratorAccess" })
    assert.equal(await ask(ann), "allowed")
    user({ ...inline(allow()), boundary: `arn:aws:iam::${account}:policy/gone` })
    const why = "because no permissions boundary allows the ecs:DescribeClusters action"
    assert.equal(await ask(ann), denied(ann, why))
  })
  test("a session of a role has the role's policies, within its session policies", async () => {
    const { ask, role } = setUp()
    assert.equal(await ask(session), denied(session, nothingAllows))
    role(inline(allow()))
    assert.equal(await ask(session), "allowed")
    const within = (document: string): Caller => ({ ...session, session: { policy: document } })
    assert.equal(await ask(within(allow())), "allowed")
    const why = "because no session policy allows the ecs:DescribeClusters action"
    assert.equal(await ask(within(allow({ Action: "s3:*" }))), denied(session, why))
    assert.equal(await ask({ ...session, roleId: "AROAOLDER" }), denied(session, nothingAllows))
  })
  test("a federated session may do no more than its user and its policy together", async () => {
    const { ask, user } = setUp()
    user(inline(allow()))
    const arn = `arn:aws:sts::${account}:federated-user/guest`
    const guest = (policies: object): Caller => ({
      account,
      arn,
      kind: "federated",
      userId: "AIDAANN",
      session: policies,
    })
    assert.equal(await ask(guest({ policy: allow() })), "allowed")
    const why = "because no session policy allows the ecs:DescribeClusters action"
    assert.equal(await ask(guest({})), denied(guest({}), why))
  })
  test("a machine does an agent's work whatever policies say, and a service its own", async () => {
    const machine: Caller = { account, arn: "m", kind: "machine", machineId: "m-1" }
    assert.match(await setUp().ask(machine), /^AccessDenied/)
    assert.equal(await setUp({ action: "ecs:Poll" }).ask(machine), "allowed")
    const ecs: Caller = { account, arn: "s", kind: "service", servicePrincipal: "ecs.amazonaws.com" }
    assert.equal(await setUp({ action: "ecs:StopTask" }).ask(ecs), "allowed")
    assert.match(
      await setUp({ action: "iam:CreateUser" }).ask(ecs),
      /no identity-based policy allows the iam:CreateUser/,
    )
    assert.equal(await setUp({ action: "ec2:CreateNetworkInterface", resources: ["*"] }).ask(ecs), "allowed")
  })
})

describe("conditions", () => {
  const may = async (
    condition: object,
    demand: Partial<Demand> = {},
    change: Partial<Caller> = {},
    tags = [] as never[],
  ) => {
    const { ask, user } = setUp(demand)
    user({ ...inline(allow({ Condition: condition })), tags })
    return (await ask({ ...ann, ...change })) === "allowed"
  }
  test("of the operation", async () => {
    const conditions = { "ecs:cluster": cluster, "aws:TagKeys": ["a", "b"], "aws:RequestTag/a": "1" }
    assert.ok(await may({ ArnEquals: { "ecs:cluster": cluster } }, { conditions }))
    assert.ok(!(await may({ ArnEquals: { "ecs:cluster": `${cluster}2` } }, { conditions })))
    assert.ok(await may({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b", "c"] } }, { conditions }))
    assert.ok(!(await may({ "ForAllValues:StringEquals": { "aws:TagKeys": ["a"] } }, { conditions })))
    assert.ok(await may({ StringEquals: { "aws:RequestTag/a": "1" } }, { conditions }))
  })
  test("of the resource: its tags by either name", async () => {
    const about = (arn: string) => (arn === cluster ? { tags: [{ key: "Team", value: "sea" }] } : undefined)
    for (const name of ["aws:ResourceTag/Team", "ecs:ResourceTag/team"]) {
      assert.ok(await may({ StringEquals: { [name]: "sea" } }, { about }), name)
      assert.ok(!(await may({ StringEquals: { [name]: "air" } }, { about })), name)
    }
    assert.ok(!(await may({ StringEquals: { "aws:ResourceTag/Team": "sea" } }, { about, resources: [`${cluster}2`] })))
    assert.ok(await may({ StringEquals: { "aws:ResourceAccount": account } }))
  })
  test("of the caller: name, tags, address, TLS, time", async () => {
    const tags = [{ key: "project", value: "web" }] as never[]
    assert.ok(await may({ StringEquals: { "aws:username": "ann" } }))
    assert.ok(await may({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:user/ann" } }))
    assert.ok(await may({ StringEquals: { "aws:PrincipalTag/Project": "web" } }, {}, {}, tags))
    assert.ok(await may({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, {}, { sourceIp: "::ffff:10.1.2.3" }))
    assert.ok(!(await may({ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, {}, { sourceIp: "192.0.2.1" })))
    assert.ok(await may({ Bool: { "aws:SecureTransport": "true" } }, {}, { secure: true }))
    assert.ok(!(await may({ Bool: { "aws:SecureTransport": "true" } })))
    assert.ok(await may({ DateGreaterThan: { "aws:CurrentTime": "1970-01-01T00:00:00Z" } }))
    assert.ok(await may({ StringEquals: { "aws:RequestedRegion": "us-east-1" } }))
    assert.ok(await may({ Null: { "aws:TokenIssueTime": "true" } }))
    assert.ok(!(await may({ Null: { "aws:TokenIssueTime": "true" } }, {}, { session: { issuedAt: 1 } })))
  })
  test("the tags of a session go over those of its role", async () => {
    const { ask, role } = setUp()
    role({
      ...inline(allow({ Condition: { StringEquals: { "aws:PrincipalTag/team": "red" } } })),
      tags: [{ key: "team", value: "blue" }],
    })
    assert.match(await ask(session), /^AccessDenied/)
    assert.equal(await ask({ ...session, session: { tags: [{ key: "Team", value: "red" }] } }), "allowed")
  })
})

describe("a resource's own policy", () => {
  const own = (principal: unknown, Effect = "Allow") => ({
    policyOf: () => policy({ Effect, Action: "*", Resource: "*", Principal: principal }),
  })
  test("grants to who is named in it, in the same account", async () => {
    assert.equal(await setUp(own({ AWS: ann.arn })).ask(ann), "allowed")
    assert.equal(await setUp(own({ AWS: account })).ask(ann), denied(ann, nothingAllows))
  })
  test("denies root too", async () => {
    assert.equal(
      await setUp(own("*", "Deny")).ask(root),
      denied(root, "with an explicit deny in a resource-based policy"),
    )
  })
  test("has to allow what belongs to another account, and so has the caller's own", async () => {
    const theirs = cluster.replace(account, "999999999999")
    const { ask, user } = setUp({ resources: [theirs] })
    user(inline(allow()))
    const why = "because no resource-based policy allows the ecs:DescribeClusters action"
    assert.equal(await ask(ann), denied(ann, why, theirs))
    const shared = setUp({ resources: [theirs], ...own({ AWS: account }) })
    assert.equal(await shared.ask(ann), denied(ann, nothingAllows, theirs))
    shared.user(inline(allow()))
    assert.equal(await shared.ask(ann), "allowed")
  })
  test("of a role is needed to assume it, and the refusal says no more than that", async () => {
    const demand = { action: "sts:AssumeRole", resources: [roleArn], trust: true } as const
    const trusting = (AWS: string) => setUp({ ...demand, ...own({ AWS }) })
    assert.equal(await trusting(ann.arn).ask(ann), "allowed")
    const refusal = `AccessDenied 403 User: ${ann.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`
    assert.equal(await trusting(`${ann.arn}2`).ask(ann, "sts"), refusal)
    assert.equal(await trusting(account).ask(ann, "sts"), refusal)
  })
})

test("a role of another account is handed to nobody, but by root in relaxed mode", async () => {
  const theirs = { action: "iam:PassRole", resources: ["arn:aws:iam::999999999999:role/x"] }
  const { ask, user } = setUp(theirs)
  user({ attached: ["arn:aws:iam::aws:policy/AdministratorAccess"] })
  assert.equal(await ask(ann), "AccessDeniedException 400 Cross-account pass role is not allowed.")
  assert.equal(await ask(root), "allowed")
})

describe("refusals", () => {
  test("speak as their protocol does", async () => {
    assert.match(await setUp().ask(ann, "sts"), /^AccessDenied 403 User: /)
    assert.equal(
      await setUp({ action: "ec2:DescribeVpcs", resources: ["*"] }).ask(ann, "ec2"),
      `UnauthorizedOperation 403 You are not authorized to perform this operation. User: ${ann.arn} is not authorized to ` +
        "perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action",
    )
  })
  test("name the first resource that is not allowed; no resource is every resource", async () => {
    const { ask, user } = setUp({ resources: [cluster, `${cluster}2`] })
    user(inline(allow({ Resource: cluster })))
    assert.equal(await ask(ann), denied(ann, nothingAllows, `${cluster}2`))
    const none = setUp({ resources: [] })
    none.user(inline(allow({ Resource: cluster })))
    assert.equal(await none.ask(ann), denied(ann, nothingAllows, "*"))
  })
})
