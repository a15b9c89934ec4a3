// Heads of requests for tests of what only reads them: rules, conditions.
import { type RequestHead, readHead } from "../../src/proxy/http/request-head.ts"

export const headOf = (
  target: string,
  headers: readonly string[] = ["Host", "example.com"],
  method = "GET",
): RequestHead =>
  readHead(
    {
      ...{ method, target, headers, protocol: "HTTP/1.1", hasBody: false, requestComplete: true },
      connection: { way: { address: "127.0.0.1" } },
    } as unknown as Parameters<typeof readHead>[0],
    { dropInvalid: false },
  )
