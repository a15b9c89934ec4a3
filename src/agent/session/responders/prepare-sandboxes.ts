// PrepareSandboxesMessage: the sandboxes that are to be ready for tasks of the Fargate pool. It is a wish and gets no ack: what
// is not ready when its task comes, the task makes for itself.
import type { PrepareSandboxesMessage } from "../../../protocol/index.ts"
import { responder } from "./responder.ts"

export const prepareSandboxes = responder<PrepareSandboxesMessage>(
  "PrepareSandboxesMessage",
  ["sandboxes"],
  ({ sandboxes }, cx) => cx.engine.prepare(sandboxes),
)
