// proxyConfiguration: App Mesh's proxy container and its ports.
// Texts [field] but where marked: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
import { clientException } from "../../faults.ts"
import { type Check, containersOf } from "../definition.ts"

const required = [
  ["ProxyIngressPort", "Ingress port not found"],
  ["ProxyEgressPort", "Egress port not found"], // by analogy, as the next two
  ["AppPorts", "App ports not found"],
  ["EgressIgnoredIPs", "Egress ignored IPs not found"],
] as const

export const checkProxy: Check = (definition) => {
  const proxy = definition.proxyConfiguration
  if (!proxy) return
  if (proxy.type !== undefined && proxy.type !== "APPMESH") {
    throw clientException(`Invalid proxy configuration type '${proxy.type}'.`) // text from memory
  }
  if (definition.networkMode !== "awsvpc") {
    throw clientException("APPMESH proxy configuration is only supported in networkMode=awsvpc")
  }
  if (!containersOf(definition).some((container) => container.name === proxy.containerName)) {
    throw clientException(`Proxy container [${proxy.containerName}] does not exist`)
  }
  const given = new Map((proxy.properties ?? []).map(({ name, value }) => [name, value]))
  for (const [name, message] of required) if (!given.has(name)) throw clientException(message)
  for (const name of ["ProxyIngressPort", "ProxyEgressPort"]) {
    const port = Number(given.get(name))
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw clientException(`Invalid '${name}' setting for proxy configuration.`) // text from memory
    }
  }
  // "Required: IgnoredUID … or IgnoredGID" (API_ProxyConfiguration, properties); text from memory
  if (!given.get("IgnoredUID") && !given.get("IgnoredGID"))
    throw clientException("IgnoredUID or IgnoredGID is required")
}
