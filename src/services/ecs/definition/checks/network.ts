// What containers may say about names and links in each network mode.
// Texts [field]: badmintoncryer/cdk-preflight rules/ecs, probed at the real API.
import { clientException } from "../../faults.ts"
import { type Check, containersOf, isGiven } from "../definition.ts"

/** `name:internalName` of "up to 255 letters, numbers, hyphens, and underscores"; Docker takes the name alone too. */
const linkForm = /^[\w-]{1,255}(:[\w-]{1,255})?$/

const modes: readonly unknown[] = [undefined, "bridge", "host", "awsvpc", "none"]

export const checkNetworkMode: Check = ({ networkMode }) => {
  if (!modes.includes(networkMode)) {
    throw clientException(`Invalid 'networkMode' setting for task: ${networkMode}.`) // text from memory
  }
}

export const checkNames: Check = (definition) => {
  const mode = definition.networkMode ?? "bridge"
  const names = new Set(containersOf(definition).map((container) => container.name))
  for (const container of containersOf(definition)) {
    if (isGiven(container.links)) {
      if (mode !== "bridge") throw clientException(`Links are not supported when networkMode=${mode}.`)
      for (const link of container.links ?? []) {
        if (!linkForm.test(link)) throw clientException(`Invalid link '${link}' of container '${container.name}'.`) // from memory
        const target = link.split(":")[0]
        if (!names.has(target)) {
          throw clientException(`Unknown container '${target}' in links of container '${container.name}'.`) // from memory
        }
      }
    }
    for (const { hostname, ipAddress } of container.extraHosts ?? []) {
      if (!hostname || !ipAddress) {
        throw clientException(`Invalid 'extraHosts' setting for container '${container.name}'.`) // text from memory
      }
    }
    // The pattern of API_ContainerDefinition, dnsSearchDomains; the text is from memory.
    if (!(container.dnsSearchDomains ?? []).every((domain) => /^[a-zA-Z0-9-.]{0,253}[a-zA-Z0-9]$/.test(domain))) {
      throw clientException(`Invalid 'dnsSearchDomains' setting for container '${container.name}'.`)
    }
    if (mode !== "awsvpc") continue
    if (isGiven(container.hostname))
      throw clientException("hostname is not supported on container when networkMode=awsvpc.")
    if (isGiven(container.extraHosts)) {
      throw clientException("Extra hosts are not supported on container when networkMode=awsvpc.")
    }
    if (isGiven(container.dnsServers)) {
      throw clientException("DNS servers are not supported on container when networkMode=awsvpc.")
    }
    if (isGiven(container.dnsSearchDomains)) {
      throw clientException("DNS search domains are not supported on container when networkMode=awsvpc.") // by analogy
    }
    if (container.disableNetworking) {
      throw clientException("Disable Networking is not supported on container when networkMode=awsvpc.")
    }
  }
}
