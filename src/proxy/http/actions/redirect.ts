// Where a redirect leads: the action's parts with the request's put in for their placeholders. Reference 5.1.
import type { ActionConfiguration } from "../../../protocol/index.ts"
import type { RequestHead } from "../request-head.ts"
import type { Serving } from "../serving.ts"

type Redirect = Extract<ActionConfiguration, { readonly type: "redirect" }>

export const locationOf = (action: Redirect, serving: Serving, head: RequestHead): string => {
  const values: Readonly<Record<string, string>> = {
    protocol: serving.secure ? "https" : "http",
    host: head.hostName,
    port: String(serving.listener.port),
    path: head.path.replace(/^\//, ""),
    query: head.query,
  }
  const put = (template: string) =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => values[name] ?? "")
  const path = put(action.path)
  const query = put(action.query)
  const at = `${put(action.protocol).toLowerCase()}://${put(action.host)}:${put(action.port)}`
  return `${at}${path.startsWith("/") ? "" : "/"}${path}${query === "" ? "" : `?${query}`}`
}
