// Secrets that are marked for deletion go when their recovery window is over, on the cloud clock.
import { removeSecret } from "../../services/secretsmanager/index.ts"
import type { SecretRow } from "../../state/index.ts"
import { again, type Controller, done, on } from "../controller.ts"
import { secretsPrincipal } from "../principals.ts"

/** Keyed by ARN: a secret that is made again under its name is another one. */
export const secretController: Controller = {
  name: "secret",
  wakes: [on<SecretRow>("secrets", (secret) => (secret.deletion ? secret.arn : undefined))],
  keys: (view) => [...view.secrets.all()].filter(({ deletion }) => deletion).map(({ arn }) => arn),
  reconcile: (cx, arn) => {
    const secret = cx.view((view) => view.secrets.first("arn", arn))
    if (!secret?.deletion) return done
    if (cx.now < secret.deletion.at) return again(secret.deletion.at)
    cx.commit(secret, secretsPrincipal(secret.account), ({ tx }) => removeSecret(tx, secret))
    return done
  },
}
