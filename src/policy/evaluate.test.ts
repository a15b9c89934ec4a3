// Evaluation as AWS documents it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { compilePolicy, contextOf, evaluate, type PolicyDocument, type Question, type Requester } from "./index.ts"

const account = "111122223333"
const user: Requester = { account, arn: `arn:aws:iam::${account}:user/ann` }
const session: Requester = {
  account,
  arn: `arn:aws:sts::${account}:assumed-role/deploy/ci`,
  roleArn: `arn:aws:iam::${account}:role/deploy`,
}
const secret = `arn:aws:secretsmanager:us-east-1:${account}:secret:db-a1b2c3`

const policy = (...statements: readonly object[]): PolicyDocument =>
  compilePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }))
const allow = policy({ Effect: "Allow", Action: "secretsmanager:*", Resource: "*" })
const deny = policy({ Effect: "Deny", Action: "secretsmanager:GetSecretValue", Resource: "*" })
const other = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" })
const named = (AWS: string, Effect = "Allow") =>
  policy({ Effect, Action: "secretsmanager:GetSecretValue", Resource: "*", Principal: { AWS } })

const ask = (change: Partial<Question>): string => {
  const verdict = evaluate({
    requester: user,
    policies: { identity: [] },
    action: "secretsmanager:GetSecretValue",
    resource: secret,
    context: contextOf({}),
    ...change,
  })
  if (verdict.allowed) return `allowed by ${verdict.by}`
  return `${verdict.explicit ? "explicit" : "implicit"} ${verdict.kind}`
}

describe("in one account", () => {
  const root = `arn:aws:iam::${account}:root`
  const cases: readonly (readonly [string, Partial<Question>, string])[] = [
    ["without any policy everything is refused", {}, "implicit identity"],
    ["an Allow of an own policy is enough", { policies: { identity: [other, allow] } }, "allowed by identity"],
    [
      "a Deny beats every Allow",
      { policies: { identity: [allow, deny] }, resourcePolicy: named(user.arn) },
      "explicit identity",
    ],
    [
      "a boundary that allows nothing of it refuses",
      { policies: { identity: [allow], boundary: other } },
      "implicit boundary",
    ],
    ["a boundary alone allows nothing", { policies: { identity: [], boundary: allow } }, "implicit identity"],
    ["a Deny of the boundary is explicit", { policies: { identity: [allow], boundary: deny } }, "explicit boundary"],
    [
      "a session policy has to allow it too",
      { requester: session, policies: { identity: [allow], session: [other] } },
      "implicit session",
    ],
    [
      "a session policy grants nothing by itself",
      { requester: session, policies: { identity: [other], session: [allow] } },
      "implicit identity",
    ],
    [
      "one of several session policies is enough",
      { requester: session, policies: { identity: [allow], session: [other, allow] } },
      "allowed by identity",
    ],
    [
      "a Deny of the session policy is explicit",
      { requester: session, policies: { identity: [allow], session: [allow, deny] } },
      "explicit session",
    ],
    ["a resource's policy that names the user is enough", { resourcePolicy: named(user.arn) }, "allowed by resource"],
    [
      "and no boundary limits it",
      { policies: { identity: [], boundary: other }, resourcePolicy: named(user.arn) },
      "allowed by resource",
    ],
    ["a resource's policy for everybody is enough", { resourcePolicy: named("*") }, "allowed by resource"],
    ["one that names the account leaves it to the account", { resourcePolicy: named(root) }, "implicit identity"],
    [
      "one that names the account by its number too",
      { policies: { identity: [allow] }, resourcePolicy: named(account) },
      "allowed by identity",
    ],
    [
      "one that names the session is enough",
      { requester: session, policies: { identity: [], session: [other] }, resourcePolicy: named(session.arn) },
      "allowed by resource",
    ],
    [
      "one that names the role is enough",
      { requester: session, resourcePolicy: named(session.roleArn ?? "") },
      "allowed by resource",
    ],
    [
      "but a session policy limits it",
      {
        requester: session,
        policies: { identity: [], session: [other] },
        resourcePolicy: named(session.roleArn ?? ""),
      },
      "implicit session",
    ],
    [
      "and so does a boundary",
      { requester: session, policies: { identity: [], boundary: other }, resourcePolicy: named(session.roleArn ?? "") },
      "implicit boundary",
    ],
    [
      "one that names somebody else does not help",
      { resourcePolicy: named(`arn:aws:iam::${account}:user/bob`) },
      "implicit identity",
    ],
    [
      "a Deny of the resource's policy is explicit",
      { policies: { identity: [allow] }, resourcePolicy: named(root, "Deny") },
      "explicit resource",
    ],
    [
      "a Deny for somebody else does not matter",
      { policies: { identity: [allow] }, resourcePolicy: named(`arn:aws:iam::${account}:user/bob`, "Deny") },
      "allowed by identity",
    ],
    [
      "where trust is asked for, an own policy is not enough",
      { policies: { identity: [allow] }, trust: true, resourcePolicy: named(`arn:aws:iam::${account}:user/bob`) },
      "implicit trust",
    ],
    ["trust in the user is", { trust: true, resourcePolicy: named(user.arn) }, "allowed by resource"],
    [
      "trust in the account leaves it to the account",
      { trust: true, resourcePolicy: named(root) },
      "implicit identity",
    ],
    [
      "trust in the account and an own policy together",
      { policies: { identity: [allow] }, trust: true, resourcePolicy: named(root) },
      "allowed by identity",
    ],
  ]
  for (const [what, change, expected] of cases) test(what, () => assert.equal(ask(change), expected))
})

describe("between accounts", () => {
  const stranger = "999999999999"
  const far = { resource: secret.replace(account, stranger), resourceAccount: stranger }
  const cases: readonly (readonly [string, Partial<Question>, string])[] = [
    ["an own policy alone is not enough", { ...far, policies: { identity: [allow] } }, "implicit resource"],
    ["the resource's policy alone is not enough", { ...far, resourcePolicy: named(user.arn) }, "implicit identity"],
    [
      "both together are",
      { ...far, policies: { identity: [allow] }, resourcePolicy: named(user.arn) },
      "allowed by resource",
    ],
    [
      "the resource may name the account",
      { ...far, policies: { identity: [allow] }, resourcePolicy: named(account) },
      "allowed by resource",
    ],
    [
      "a boundary limits it",
      { ...far, policies: { identity: [allow], boundary: other }, resourcePolicy: named(user.arn) },
      "implicit boundary",
    ],
  ]
  for (const [what, change, expected] of cases) test(what, () => assert.equal(ask(change), expected))
})

describe("principals", () => {
  const service: Requester = { account, arn: "ecs-tasks.amazonaws.com", service: "ecs-tasks.amazonaws.com" }
  const trust = (Principal: unknown, extra: object = {}) =>
    policy({ Effect: "Allow", Action: "sts:AssumeRole", Principal, ...extra })
  const assume = (requester: Requester, resourcePolicy: PolicyDocument, change: Partial<Question> = {}) =>
    ask({ requester, resourcePolicy, action: "sts:AssumeRole", trust: true, ...change })

  test("a service is named as a service, and not by its account", () => {
    assert.equal(assume(service, trust({ Service: "ecs-tasks.amazonaws.com" })), "allowed by resource")
    assert.equal(
      assume(service, trust({ Service: ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] })),
      "allowed by resource",
    )
    assert.equal(assume(service, trust({ Service: "ec2.amazonaws.com" })), "implicit trust")
    assert.equal(assume(service, trust({ AWS: account })), "implicit trust")
  })
  test("a user of an identity provider is named by the provider", () => {
    const federated: Requester = { account, arn: "web", federated: "accounts.google.com" }
    assert.equal(assume(federated, trust({ Federated: "accounts.google.com" })), "allowed by resource")
    assert.equal(assume(federated, trust({ Federated: "www.amazon.com" })), "implicit trust")
  })
  test("conditions of a trust policy hold for services", () => {
    const source = { Condition: { ArnLike: { "aws:SourceArn": `arn:aws:ecs:us-east-1:${account}:*` } } }
    const trusted = trust({ Service: "ecs-tasks.amazonaws.com" }, source)
    const from = (arn: string) => ({ context: contextOf({ "aws:SourceArn": arn }) })
    assert.equal(assume(service, trusted, from(`arn:aws:ecs:us-east-1:${account}:task/x/1`)), "allowed by resource")
    assert.equal(assume(service, trusted, from("arn:aws:ecs:us-east-1:999999999999:task/x/1")), "implicit trust")
    assert.equal(assume(service, trusted), "implicit trust")
  })
  test("NotPrincipal spares who is listed with account, role and session, and denies all others", () => {
    const spare = (...AWS: readonly (string | undefined)[]) =>
      policy({ Effect: "Deny", Action: "*", Resource: "*", NotPrincipal: { AWS } })
    const may = (requester: Requester, resourcePolicy: PolicyDocument) =>
      ask({ requester, resourcePolicy, policies: { identity: [allow] } })
    const root = `arn:aws:iam::${account}:root`
    assert.equal(may(user, spare(user.arn, root)), "allowed by identity")
    assert.equal(may(user, spare(user.arn)), "explicit resource")
    assert.equal(may(session, spare(session.arn, session.roleArn, account)), "allowed by identity")
    assert.equal(may(session, spare(session.arn, account)), "explicit resource")
    assert.equal(may({ ...user, arn: `${user.arn}2` }, spare(user.arn, root)), "explicit resource")
  })
})

describe("statements", () => {
  const may = (statement: object, action: string, resource = secret, context: Record<string, string> = {}) =>
    ask({
      policies: { identity: [policy({ Effect: "Allow", Action: "*", Resource: "*", ...statement })] },
      action,
      resource,
      context: contextOf(context),
    }).startsWith("allowed")

  test("actions match whatever their case, with wildcards", () => {
    assert.ok(may({ Action: "ECS:run*" }, "ecs:RunTask"))
    assert.ok(may({ Action: ["s3:*", "ecs:????ask"] }, "ecs:StopTask") === false)
    assert.ok(may({ Action: ["s3:*", "ecs:?unTask"] }, "ecs:RunTask"))
    assert.ok(!may({ Action: "ecs:Describe*" }, "ecs:RunTask"))
  })
  test("NotAction and NotResource are all others", () => {
    assert.ok(may({ Action: undefined, NotAction: "iam:*" }, "ecs:RunTask"))
    assert.ok(!may({ Action: undefined, NotAction: "iam:*" }, "iam:PassRole"))
    assert.ok(!may({ Resource: undefined, NotResource: "arn:aws:secretsmanager:*" }, "s3:GetObject"))
    assert.ok(may({ Resource: undefined, NotResource: "arn:aws:secretsmanager:*" }, "s3:GetObject", "arn:aws:s3:::a"))
  })
  test("resources match by case, over slashes and colons", () => {
    const may_ = (Resource: string, resource: string) => may({ Resource }, "ecs:RunTask", resource)
    const task = `arn:aws:ecs:us-east-1:${account}:task-definition/web:3`
    assert.ok(may_(`arn:aws:ecs:*:${account}:task-definition/web:*`, task))
    assert.ok(may_("arn:aws:ecs", task))
    assert.ok(may_("arn:aws:ecs:us-east-1:*", task))
    assert.ok(!may_(`arn:aws:ecs:*:${account}:task-definition/Web:*`, task))
    assert.ok(!may_(`arn:aws:ecs:*:${account}:task-definition/web`, task))
    assert.ok(may_(`arn:aws:ecs:*:*:task-definition/?eb:?`, task))
  })
  test("variables stand for values of the request, and their wildcards are none", () => {
    const home = { Resource: `arn:aws:s3:::home/\${aws:username}/*` }
    const at = (name: string) => `arn:aws:s3:::home/${name}/file`
    assert.ok(may(home, "s3:GetObject", at("ann"), { "aws:username": "ann" }))
    assert.ok(!may(home, "s3:GetObject", at("bob"), { "aws:username": "ann" }))
    assert.ok(!may(home, "s3:GetObject", at("bob"), { "aws:username": "*" }))
    assert.ok(!may(home, "s3:GetObject", at(""), {}))
    const team = { Resource: `arn:aws:s3:::\${aws:PrincipalTag/Team, 'company'}` }
    assert.ok(may(team, "s3:GetObject", "arn:aws:s3:::company"))
    assert.ok(may(team, "s3:GetObject", "arn:aws:s3:::red", { "aws:PrincipalTag/team": "red" }))
    const star = { Resource: `arn:aws:s3:::a\${*}b` }
    assert.ok(may(star, "s3:GetObject", "arn:aws:s3:::a*b") && !may(star, "s3:GetObject", "arn:aws:s3:::axb"))
  })
  test("variables are plain text in documents of the old version", () => {
    const old = compilePolicy(
      JSON.stringify({
        Version: "2008-10-17",
        Statement: { Effect: "Allow", Action: "*", Resource: `arn:aws:s3:::\${aws:username}` },
      }),
    )
    const context = contextOf({ "aws:username": "ann" })
    assert.equal(ask({ policies: { identity: [old] }, resource: "arn:aws:s3:::ann", context }), "implicit identity")
    const plain = { policies: { identity: [old] }, resource: `arn:aws:s3:::\${aws:username}`, context }
    assert.equal(ask(plain), "allowed by identity")
  })
  test("a pattern of many stars is answered at once", () => {
    const pattern = `arn:aws:s3:::${"*a".repeat(1000)}`
    assert.ok(!may({ Resource: pattern }, "s3:GetObject", `arn:aws:s3:::${"a".repeat(4000)}b`))
  })
})
