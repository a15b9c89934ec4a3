// Input members of Certificate Manager that are taken and do nothing: listed in docs/parity.md.
export const withoutEffect: readonly string[] = [
  // Nobody is asked whether the names are the caller's: everything is issued at once.
  "RequestCertificate.ValidationMethod",
  "RequestCertificate.DomainValidationOptions",
  // Kept and described; what the local authority issues is in no public log.
  "RequestCertificate.Options.CertificateTransparencyLoggingPreference",
  "UpdateCertificateOptions.Options.CertificateTransparencyLoggingPreference",
]
