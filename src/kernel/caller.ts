// Who asks for something, as far as a signature or this program itself can prove it.

export interface Caller {
  readonly account: string
  readonly arn: string
  /**
   * `root`: an account's root. `machine`: the agent of a host that we made. `service`: this program, acting as a service.
   * `role`: a session of a role. `federated`: a session of GetFederationToken, within what its user may do.
   */
  readonly kind: "root" | "user" | "role" | "machine" | "service" | "federated"
  readonly accessKeyId?: string
  /** `aws:userid`: of a root its account, of a user `AIDA…`, of a session `AROA…:name`, of a federated user `account:name`. */
  readonly principalId?: string
  /** Of a `user` and of a `federated` session: the user's unique id, `AIDA…`. */
  readonly userId?: string
  /** Of a `role`: the role that the session is of, with its path, and its unique id where that is known. */
  readonly roleArn?: string
  readonly roleId?: string
  readonly sessionName?: string
  /** Of temporary credentials. */
  readonly session?: CallerSession
  /** Of a `machine`, and of the session of the role of an EC2 instance: the host that it speaks for. */
  readonly machineId?: string
  /** Of a `role` that was handed to a task. */
  readonly taskArn?: string
  /** The service principal that a `service` acts as, `ecs.amazonaws.com`. */
  readonly servicePrincipal?: string
  /** The address of the client, when it came over TCP. */
  readonly sourceIp?: string
  /** The Host that the request was sent to: a name of ours, or it would have been refused. */
  readonly host?: string
  /** The request came over TLS. */
  readonly secure?: boolean
  /** What the client says that it is. */
  readonly userAgent?: string
}

/** What a session carries beside its principal. */
export interface CallerSession {
  /** When its credentials were made (`aws:TokenIssueTime`). */
  readonly issuedAt?: number
  /** Session policies: the session may do no more than they allow. */
  readonly policy?: string
  readonly policyArns?: readonly string[]
  /** `aws:PrincipalTag/<key>`, over the principal's own tags. */
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
  readonly transitiveTagKeys?: readonly string[]
  /** Made by a session of a role. */
  readonly chained?: boolean
  /** `aws:SourceIdentity`. */
  readonly sourceIdentity?: string
}
