// Certificates of the local authority are issued when they were requested, and renewed sixty days before they end if
// something uses them. All certificates expire, on the wall clock, of which they speak.
import { isRenewed } from "../../services/acm/index.ts"
import type { CertificateRow, ClassicLoadBalancerRow, ListenerRow } from "../../state/index.ts"
import { again, type ClockPorts, type Controller, done, on } from "../controller.ts"
import { certificatesPrincipal } from "../principals.ts"

/** AWS begins to renew 60 days before the end. */
const renewedBefore = 60 * 24 * 60 * 60 * 1000

/** Keyed by ARN. */
export const certificateController = ({
  wallTime = (cloud) => cloud,
  cloudTime = (wall) => wall,
}: ClockPorts): Controller => ({
  name: "certificate",
  wakes: [
    on<CertificateRow>("certificates", ({ arn }) => arn),
    // What comes into use is renewed from then on.
    on<ListenerRow>("listeners", ({ certificates }) => certificates),
    on<ClassicLoadBalancerRow>("classicLoadBalancers", ({ listeners }) =>
      listeners.flatMap(({ certificate }) => certificate ?? []),
    ),
  ],
  keys: (view) => [...view.certificates.all()].map(({ arn }) => arn),
  reconcile: (cx, arn) => {
    const row = cx.view((view) => view.certificates.get(arn))
    if (!row) return done
    const principal = certificatesPrincipal(row.account)
    if (row.status === "PENDING_VALIDATION") {
      cx.commit(row, principal, ({ tx }) => tx.certificates.patch(arn, { status: "ISSUED", issuedAt: cx.now }))
      return done
    }
    if (row.notAfter === undefined) return done
    const wall = wallTime(cx.now)
    const renewAt = row.notAfter - renewedBefore
    if (cx.view((view) => isRenewed(view, row))) {
      if (wall < renewAt) return again(cloudTime(renewAt))
      cx.commit(row, principal, (inside) => inside.call("acm", "RenewCertificate", { CertificateArn: arn }, principal))
      return done
    }
    if (row.status === "EXPIRED") return done
    if (wall < row.notAfter) return again(cloudTime(row.notAfter))
    cx.commit(row, principal, ({ tx }) => tx.certificates.patch(arn, { status: "EXPIRED" }))
    return done
  },
})
