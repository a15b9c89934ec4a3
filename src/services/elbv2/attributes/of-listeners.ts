// The attributes of listeners by protocol, in the model's words (ListenerAttribute of the API reference).
import type { ListenerRow } from "../../../state/index.ts"
import { invalid } from "../checks.ts"
import { type Attribute, among, attribute, between, text, truth } from "./attributes.ts"

type One = Attribute<ListenerRow>
const one = attribute<ListenerRow>

/** Text from memory. */
const headerName = (value: string, key: string): void => {
  text(128)(value, key)
  if (!/^[A-Za-z0-9_-]*$/.test(value)) throw invalid(`'${key}' value '${value}' is not a valid header name`)
}

/** Unset, the header has its own name. */
const request = (header: string): One =>
  one(`routing.http.request.${header.toLowerCase().replaceAll("-", "_")}.header_name`, "", headerName)

const response = (header: string, check: One["check"] = text(1024)): One =>
  one(`routing.http.response.${header}.header_value`, "", check)

const http: readonly One[] = [
  one("routing.http.response.server.enabled", "true", truth),
  response("strict_transport_security"),
  response("access_control_allow_origin"),
  response("access_control_allow_methods"),
  response("access_control_allow_headers"),
  response("access_control_allow_credentials", among("true", "")),
  response("access_control_expose_headers"),
  response("access_control_max_age", between(0, 86_400, [""])),
  response("content_security_policy"),
  response("x_content_type_options", among("nosniff", "")),
  response("x_frame_options"),
]

/** Headers that are added to requests that came over TLS. */
const https: readonly One[] = [
  ...http,
  request("X-Amzn-Mtls-Clientcert-Serial-Number"),
  request("X-Amzn-Mtls-Clientcert-Issuer"),
  request("X-Amzn-Mtls-Clientcert-Subject"),
  request("X-Amzn-Mtls-Clientcert-Validity"),
  request("X-Amzn-Mtls-Clientcert-Leaf"),
  request("X-Amzn-Mtls-Clientcert"),
  request("X-Amzn-Tls-Version"),
  request("X-Amzn-Tls-Cipher-Suite"),
]

const tcp: readonly One[] = [one("tcp.idle_timeout.seconds", "350", between(60, 6000))]

const byProtocol: Readonly<Record<ListenerRow["protocol"], readonly One[]>> = {
  HTTP: http,
  HTTPS: https,
  TCP: tcp,
  TCP_UDP: tcp,
  TLS: [],
  UDP: [],
}

export const attributesOfListener = ({ protocol }: ListenerRow): readonly One[] => byProtocol[protocol]

/** Whether some listener has an attribute of the key. */
export const isListenerAttribute = (key: string): boolean => [...https, ...tcp].some((known) => known.key === key)
