// The policies of a principal, from the records: what a user and its groups have, what a role has, what narrows a session.
import type { Caller } from "../kernel/index.ts"
import { compilePolicy, type PolicyDocument, type PrincipalPolicies } from "../policy/index.ts"
import { type IamIdentity, iamKey, managedPolicyDocument, type View } from "../state/index.ts"

/** Nobody's: whoever is unknown, or is no more, may do nothing. */
const none: PrincipalPolicies = { identity: [] }

/** What root is to itself: no policy limits it. */
const everything: PrincipalPolicies = {
  identity: [compilePolicy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')],
}

/** See the head of the file. Machines have none: see `isAgentAction`. */
export const policiesOf = (view: View, caller: Caller): PrincipalPolicies => {
  switch (caller.kind) {
    case "root":
      return everything
    case "user":
      return userPolicies(view, caller.userId)
    case "federated": {
      // Without a policy of its own such a session may do nothing by its user's policies. Without a user it is of the root.
      const own = caller.userId === undefined ? everything : userPolicies(view, caller.userId)
      return { ...own, session: sessionPolicies(view, caller) ?? [] }
    }
    case "role": {
      const session = sessionPolicies(view, caller)
      return { ...rolePolicies(view, caller.roleArn, caller.roleId), ...(session && { session }) }
    }
    case "service":
      return linkedPolicies(view, caller)
    case "machine":
      return none
  }
}

/** The policies of a user by its unique id. */
export const userPolicies = (view: View, userId: string | undefined): PrincipalPolicies => {
  const user = userId === undefined ? undefined : view.iamUsers.first("id", userId)
  if (!user) return none
  const identity = [...documents(view, user)]
  for (const key of user.groups) {
    const group = view.iamGroups.get(key)
    if (group) identity.push(...documents(view, group))
  }
  return { identity, ...boundaryOf(view, user.boundary) }
}

/** The policies of a role by its ARN. A session of a role that was made anew under the same name has none of it. */
export const rolePolicies = (view: View, roleArn: string | undefined, roleId?: string): PrincipalPolicies => {
  const role = roleArn === undefined ? undefined : view.iamRoles.first("arn", roleArn)
  if (!role || (roleId !== undefined && role.id !== roleId)) return none
  return { identity: documents(view, role), ...boundaryOf(view, role.boundary) }
}

const documents = (view: View, { inline, attached }: IamIdentity): readonly PolicyDocument[] => [
  ...inline.map(({ document }) => compilePolicy(document)),
  ...managed(view, attached),
]

const managed = (view: View, arns: readonly string[]): readonly PolicyDocument[] =>
  arns.flatMap((arn) => {
    const text = managedPolicyDocument(view, arn)
    return text === undefined ? [] : [compilePolicy(text)]
  })

/** A boundary whose policy is gone bounds everything away. */
const boundaryOf = (view: View, arn: string | undefined) =>
  arn === undefined ? {} : { boundary: managed(view, [arn])[0] ?? compilePolicy("{}") }

const sessionPolicies = (view: View, { session }: Caller): readonly PolicyDocument[] | undefined => {
  if (session?.policy === undefined && !session?.policyArns?.length) return undefined
  return [
    ...(session.policy === undefined ? [] : [compilePolicy(session.policy)]),
    ...managed(view, session.policyArns ?? []),
  ]
}

interface LinkedRole {
  readonly role: string
  readonly policy: string
  /** The description that AWS gives it, where one is known. */
  readonly description?: string
}

/** The roles that belong to services, and the policy that each has from its first day. */
export const linkedRoles = {
  "ecs.amazonaws.com": {
    role: "AWSServiceRoleForECS",
    policy: "AmazonECSServiceRolePolicy",
    description: "Role to enable Amazon ECS to manage your cluster.",
  },
  "elasticloadbalancing.amazonaws.com": {
    role: "AWSServiceRoleForElasticLoadBalancing",
    policy: "AWSElasticLoadBalancingServiceRolePolicy",
    description: "Allows ELB to call AWS services on your behalf.",
  },
} as const satisfies Readonly<Record<string, LinkedRole>>

/** What a service may do to other services: what its service-linked role allows. */
const linkedPolicies = (view: View, { account, servicePrincipal = "" }: Caller): PrincipalPolicies => {
  const linked = Object.hasOwn(linkedRoles, servicePrincipal)
    ? linkedRoles[servicePrincipal as keyof typeof linkedRoles]
    : undefined
  if (!linked) return none
  const role = view.iamRoles.get(iamKey(account, linked.role))
  if (role) return rolePolicies(view, role.arn)
  return { identity: managed(view, [`arn:aws:iam::aws:policy/aws-service-role/${linked.policy}`]) }
}
