// restXml: REST bindings with XML bodies, as S3 speaks it. Errors are S3's: no envelope, `RequestId` and `HostId` inside.
import { Fault } from "../../kernel/index.ts"
import { decodeElement } from "../codec/xml-decode.ts"
import { encodeElement, encodeMembers, escapeXml } from "../codec/xml-encode.ts"
import { parseXml } from "../codec/xml-parse.ts"
import { readFault } from "../faults.ts"
import { bodyText } from "./protocol.ts"
import { rest } from "./rest.ts"

// S3's own words: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const malformedXml = (): Fault =>
  new Fault(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    { status: 400 },
  )

const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n'

export const restXml = rest({
  name: "restXml",
  contentType: "application/xml",
  complain: malformedXml,
  read: (type, body, skip) => {
    const root = parseXml(bodyText(body))
    if (!root) throw malformedXml()
    return decodeElement(type, root, malformedXml, skip)
  },
  write: (type, value, skip, root, namespace) => {
    const name = root?.traits.xmlName ?? type.traits.xmlName ?? type.name
    return prolog + encodeElement(type, name, value, namespace === "" ? "" : ` xmlns="${namespace}"`, skip)
  },
  writeFault: (described, requestId) => {
    const more = described.shape
      ? encodeMembers(described.shape.shape, described.fields, (m) => m.name.toLowerCase() === "message")
      : ""
    return {
      headers: { "x-amz-request-id": requestId },
      body: `${prolog}<Error><Code>${escapeXml(described.queryCode)}</Code><Message>${escapeXml(described.message)}</Message>${more}<RequestId>${requestId}</RequestId><HostId>${requestId}</HostId></Error>`,
    }
  },
  readFault: (answer) => {
    const root = parseXml(bodyText(answer.body))
    const text = (name: string) => root?.children.find((c) => c.name === name)?.text
    return readFault(text("Code"), text("Message"), answer.status)
  },
})
