// Certificate Manager: the handler table, and what other rooms may use of this one. Operations that are not named are absent.
import { bulk, implement, read, type ServiceTable, write } from "../../gate/index.ts"
import * as may from "./authorise.ts"
import { DescribeCertificate } from "./describe.ts"
import { importCertificate } from "./import.ts"
import { ListCertificates } from "./list.ts"
import type { CertificatePorts } from "./ports.ts"
import { renewCertificate, requestCertificate } from "./request.ts"
import * as tags from "./tags.ts"
import * as values from "./values.ts"
import { withoutEffect } from "./without-effect.ts"

export { type AuthorityCx, rootCertificate } from "./authority.ts"
export { isRenewed } from "./lookup.ts"
export type { CertificatePorts } from "./ports.ts"

/** The table of Certificate Manager. `ports` are what the process gives it. */
export const certificateManager = (ports: CertificatePorts): ServiceTable<"acm"> =>
  implement(
    "acm",
    {
      AddTagsToCertificate: write(tags.AddTagsToCertificate, may.onCertificate("AddTagsToCertificate")),
      DeleteCertificate: write(values.DeleteCertificate, may.onCertificate("DeleteCertificate")),
      DescribeCertificate: read(DescribeCertificate, may.onCertificate("DescribeCertificate")),
      ExportCertificate: write(values.exportCertificate(ports), may.onCertificate("ExportCertificate")),
      GetCertificate: read(values.GetCertificate, may.onCertificate("GetCertificate")),
      ImportCertificate: write(importCertificate(ports), may.onImport),
      ListCertificates: read(ListCertificates, may.onAll("ListCertificates")),
      ListTagsForCertificate: read(tags.ListTagsForCertificate, may.onCertificate("ListTagsForCertificate")),
      RemoveTagsFromCertificate: write(tags.RemoveTagsFromCertificate, may.onCertificate("RemoveTagsFromCertificate")),
      RenewCertificate: write(renewCertificate(ports), may.onCertificate("RenewCertificate")),
      RequestCertificate: bulk(requestCertificate(ports), may.onRequest),
      ResendValidationEmail: read(values.ResendValidationEmail, may.onCertificate("ResendValidationEmail")),
      UpdateCertificateOptions: write(values.UpdateCertificateOptions, may.onCertificate("UpdateCertificateOptions")),
    },
    withoutEffect,
  )
