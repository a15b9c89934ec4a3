// How the right to a name is shown: the records and mailboxes that AWS would name. Nobody looks at them here.

import { createHash } from "node:crypto"
import type { DomainValidation } from "@aws-sdk/client-acm"
import { fault } from "../../kernel/index.ts"
import type { CertificateRow } from "../../state/index.ts"
import { domainOf } from "./checks.ts"

const hash = (...parts: readonly string[]): Buffer => createHash("sha256").update(parts.join(" ")).digest()

/** A wildcard is validated by the domain that it stands in. */
const plain = (name: string): string => name.replace(/^\*\./, "")

/** The same name in the same account has the same record always, as on AWS. */
const recordOf = (account: string, name: string) => {
  const domain = plain(name)
  const [own, value] = [hash("name", account, domain), hash("value", account, domain)]
  const letters = Array.from(value.subarray(16, 26), (byte) => String.fromCharCode(97 + (byte % 26))).join("")
  return {
    Name: `_${own.toString("hex").slice(0, 32)}.${domain}.`,
    Type: "CNAME" as const,
    Value: `_${value.toString("hex").slice(0, 32)}.${letters}.acm-validations.aws.`,
  }
}

/** AWS: "the five common system addresses". */
const mailboxes = ["admin", "administrator", "hostmaster", "postmaster", "webmaster"]

/** DomainValidationOptions of an issued certificate's description. */
export const validationsOf = (row: CertificateRow): DomainValidation[] =>
  row.names.map((name) => {
    const ValidationDomain = row.validationDomains?.[name] ?? plain(name)
    const common = {
      DomainName: name,
      ValidationDomain,
      ValidationStatus: row.status === "PENDING_VALIDATION" ? ("PENDING_VALIDATION" as const) : ("SUCCESS" as const),
    }
    return row.validationMethod === "DNS"
      ? { ...common, ResourceRecord: recordOf(row.account, name), ValidationMethod: "DNS" as const }
      : {
          ...common,
          ValidationEmails: mailboxes.map((box) => `${box}@${ValidationDomain}`),
          ValidationMethod: "EMAIL" as const,
        }
  })

/** The domains that a request names for its validation, by the names of the certificate. */
export const validationDomainsOf = (
  names: readonly string[],
  options: readonly { DomainName?: string | undefined; ValidationDomain?: string | undefined }[] = [],
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    options.map(({ DomainName = "", ValidationDomain = "" }, i) => {
      const at = `domainValidationOptions.${i + 1}.member`
      const [name, domain] = [
        domainOf(`${at}.domainName`, DomainName),
        domainOf(`${at}.validationDomain`, ValidationDomain),
      ]
      // These two texts are from memory.
      if (!names.includes(name)) {
        throw fault("InvalidDomainValidationOptionsException", `${name} is not a domain name of the certificate.`)
      }
      if (plain(name) !== domain && !plain(name).endsWith(`.${domain}`)) {
        throw fault("InvalidDomainValidationOptionsException", `${domain} is not a superdomain of ${name}.`)
      }
      return [name, domain]
    }),
  )
