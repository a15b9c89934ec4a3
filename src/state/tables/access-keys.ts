// Access keys that Roadstead minted: of roots, users, machines, and of the sessions of roles and users. A key that is not
// here is a stranger.
import { defineTable } from "../table.ts"
import type { IamTag } from "./iam.ts"

export interface AccessKeyRow {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Present for temporary credentials: the request must carry it. */
  readonly sessionToken?: string
  /** In milliseconds of the wall clock, whatever the time scale. */
  readonly expiresAt?: number
  readonly account: string
  readonly principal: KeyPrincipal
  readonly createdAt: number
  /**
   * Absent: active. An inactive key is refused; so is a deleted one, of which the row is kept for that, without its
   * secret: else it would be a stranger's, which may be let in.
   */
  readonly status?: "Active" | "Inactive" | "Deleted"
  /** Of a session that somebody asked STS for: nobody else takes the row away when it has expired. */
  readonly issuedBy?: "sts"
}

export type KeyPrincipal =
  | { readonly kind: "root" }
  /** The agent of a host that we made; it may only speak for that host. */
  | { readonly kind: "machine"; readonly machineId: string }
  /** By the user's unique id: a user may be renamed. With a session token it is what GetSessionToken handed out. */
  | { readonly kind: "user"; readonly userId: string }
  | RoleSessionPrincipal
  /** What GetFederationToken handed out: never more than the user's own policies allow. Without a user it was the root. */
  | ({ readonly kind: "federated"; readonly userId?: string; readonly name: string } & SessionLimits)

/** A session of a role: of STS's AssumeRole, of a task, of an instance. */
export interface RoleSessionPrincipal extends SessionLimits {
  readonly kind: "role"
  readonly roleArn: string
  /** The role's unique id: a role of the same name that is made anew is another one. */
  readonly roleId?: string
  readonly sessionName: string
  readonly taskArn?: string
  /** Of an EC2 instance that is a machine of ours: its agent signs with it, and may speak for that host alone. */
  readonly machineId?: string
  /** Made by another session of a role: it may last an hour at most, and what it assumes is chained in turn. */
  readonly chained?: boolean
  readonly sourceIdentity?: string
}

/** What narrows a session below its principal, and what it carries. */
export interface SessionLimits {
  /** The session policy that was passed inline. */
  readonly policy?: string
  /** Session policies that were passed as managed policies. */
  readonly policyArns?: readonly string[]
  /** `aws:PrincipalTag`: of the session, beside the role's own. */
  readonly tags?: readonly IamTag[]
  /** The keys of `tags` that go on to the roles that this session assumes. */
  readonly transitiveTagKeys?: readonly string[]
}

export const accessKeys = defineTable<AccessKeyRow>()({
  name: "accessKeys",
  version: 1,
  key: (k) => k.accessKeyId,
  indexes: {
    /** The long-term keys of a user. */
    user: (k) =>
      k.principal.kind === "user" && k.sessionToken === undefined && k.status !== "Deleted"
        ? k.principal.userId
        : undefined,
    issuer: (k) => k.issuedBy,
    /** The sessions of a role, by its ARN. */
    role: (k) => (k.principal.kind === "role" ? k.principal.roleArn : undefined),
    /** The key of a task's session. */
    task: (k) => (k.principal.kind === "role" ? k.principal.taskArn : undefined),
  },
})
