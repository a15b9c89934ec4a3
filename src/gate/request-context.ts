// The condition keys that every request has, by IAM's names: who asks, from where, when. Each is made only when a policy
// asks for it. Times are the wall clock's, as those of credentials are. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
import type { Caller } from "../kernel/index.ts"
import type { Context, ContextValue } from "../policy/index.ts"
import { iamTagsOf } from "./principal-tags.ts"
import type { ReadCx } from "./types.ts"

type Key = (cx: ReadCx) => ContextValue | undefined

const isTemporary = ({ session }: Caller) => session !== undefined

const keys: ReadonlyMap<string, Key> = new Map<string, Key>([
  ["aws:principalarn", ({ caller }) => caller.roleArn ?? caller.arn],
  ["aws:principalaccount", ({ caller }) => caller.account],
  ["aws:principaltype", ({ caller }) => principalTypes[caller.kind]],
  ["aws:userid", ({ caller }) => caller.principalId],
  ["aws:username", ({ caller }) => (caller.kind === "user" ? nameOf(caller.arn) : undefined)],
  ["aws:requestedregion", ({ scope }) => scope.region],
  ["aws:sourceip", ({ caller }) => caller.sourceIp?.replace(/^::ffff:(?=\d+\.)/i, "")],
  ["aws:securetransport", ({ caller }) => String(caller.secure ?? false)],
  ["aws:useragent", ({ caller }) => caller.userAgent],
  ["aws:currenttime", ({ wallNow }) => isoTime(wallNow)],
  ["aws:epochtime", ({ wallNow }) => String(Math.floor(wallNow / 1000))],
  [
    "aws:tokenissuetime",
    ({ caller: { session } }) => (session?.issuedAt === undefined ? undefined : isoTime(session.issuedAt)),
  ],
  // Only of temporary credentials: no key of ours was made with a second factor.
  ["aws:multifactorauthpresent", ({ caller }) => (isTemporary(caller) ? "false" : undefined)],
  ["aws:sourceidentity", ({ caller }) => caller.session?.sourceIdentity],
  ["aws:viaawsservice", ({ caller }) => String(caller.kind === "service")],
  ["aws:principalisawsservice", ({ caller }) => String(caller.kind === "service")],
  ["aws:principalservicename", ({ caller }) => caller.servicePrincipal],
  // The sessions of an instance's role are named for the instance.
  [
    "ec2:sourceinstancearn",
    ({ caller, scope }) =>
      caller.kind === "role" && /^i-[0-9a-f]{8,17}$/.test(caller.sessionName ?? "")
        ? `arn:aws:ec2:${scope.region}:${caller.account}:instance/${caller.sessionName}`
        : undefined,
  ],
])

const principalTypes: Readonly<Record<Caller["kind"], string>> = {
  root: "Account",
  user: "User",
  role: "AssumedRole",
  machine: "AssumedRole",
  service: "AssumedRole",
  federated: "FederatedUser",
}

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1)

/** Without milliseconds, as IAM writes it. */
const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z")

const principalTag = "aws:principaltag/"

/** The global keys of a request. */
export const requestContext = (cx: ReadCx): Context => ({
  get: (key) => {
    const known = keys.get(key)
    if (known) return known(cx)
    return key.startsWith(principalTag) ? iamTagsOf(cx.tx, cx.caller).get(key.slice(principalTag.length)) : undefined
  },
})
