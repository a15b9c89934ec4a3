// `fixed-response`: the load balancer's own answer.
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2"
import type { Frozen } from "../../../state/index.ts"
import { broken, checkLength } from "../checks.ts"
import { badAction, lacks } from "./place.ts"

/** Text of moto's tests, which name them in this order. */
const contentTypes = ["text/html", "application/json", "application/javascript", "text/css", "text/plain"]

export const fixedResponse = ({ FixedResponseConfig: asked }: Frozen<Action>, at: string) => {
  const { StatusCode, ContentType, MessageBody } = asked ?? {}
  if (StatusCode === undefined) throw lacks("fixed-response", "FixedResponseConfig")
  const member = `${at}.fixedResponseConfig`
  if (!/^[245]\d\d$/.test(StatusCode))
    throw broken(`${member}.statusCode`, StatusCode, "Member must satisfy regular expression pattern: ^(2|4|5)\\d\\d$")
  checkLength(`${member}.messageBody`, MessageBody, 1024)
  if (ContentType !== undefined && ContentType !== "" && !contentTypes.includes(ContentType))
    throw badAction(`The ContentType must be one of:${contentTypes.map((type) => `'${type}'`).join(", ")}`)
  return {
    StatusCode,
    ...(ContentType && { ContentType }),
    ...(MessageBody && { MessageBody }),
  }
}
