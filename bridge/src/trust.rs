//! Whom TLS trusts: the system's authorities, or everybody, for those who ask for it.

use crate::error::{Code, Error, Result};
use rustls::{
    DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

/// Where Lambda's image (Amazon Linux 2023), Debian and Ubuntu, Alpine, and SUSE keep the authorities that they trust.
const ROOT_FILES: [&str; 4] = [
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/cert.pem",
    "/etc/ssl/ca-bundle.pem",
];

/// The authorities that this machine trusts, as PEM: those of `$SSL_CERT_FILE` when it is set.
pub fn system_roots() -> Result<Vec<u8>> {
    match std::env::var("SSL_CERT_FILE") {
        Ok(file) if !file.is_empty() => roots_in(&[&file]),
        _ => roots_in(&ROOT_FILES),
    }
}

fn roots_in(files: &[&str]) -> Result<Vec<u8>> {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    files
        .iter()
        .filter_map(|file| std::fs::read(file).ok())
        .find(|pem| pem.windows(MARK.len()).any(|part| part == MARK))
        .ok_or_else(|| {
            let text = format!(
                "no trusted certificate authorities found in {}: set SSL_CERT_FILE, or the connection's server CA",
                files.join(", ")
            );
            Error::new(Code::Configuration, text)
        })
}

/// Accepts every certificate. The handshake's signatures are still checked.
#[derive(Debug)]
pub struct NoVerification(CryptoProvider);

impl NoVerification {
    pub fn new() -> Self {
        Self(ring::default_provider())
    }
}

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, TlsError> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, TlsError> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a content, below a folder that is removed at the end.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str, content: &str) -> String {
            let path = self.0.join(name);
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn c11_roots_are_those_of_the_first_place_that_has_any() {
        let folder = Folder::new("roots");
        let pem = "# ours\n-----BEGIN CERTIFICATE-----\n";
        let empty = folder.file("empty", "");
        let full = folder.file("full", pem);
        let none = folder.0.join("none").to_str().unwrap().to_owned();
        assert_eq!(roots_in(&[&none, &empty, &full]).unwrap(), pem.as_bytes());
    }

    #[test]
    fn c11_without_roots_the_error_says_where_it_looked() {
        let error = roots_in(&["/nowhere/a.pem", "/nowhere/b.pem"]).unwrap_err();
        assert_eq!(error.code, Code::Configuration);
        assert!(error.text().contains("/nowhere/a.pem, /nowhere/b.pem"));
        assert!(error.text().contains("SSL_CERT_FILE"));
    }

    #[test]
    fn c11_the_places_are_those_of_lambda_debian_and_ubuntu() {
        assert!(ROOT_FILES.contains(&"/etc/pki/tls/certs/ca-bundle.crt"));
        assert!(ROOT_FILES.contains(&"/etc/ssl/certs/ca-certificates.crt"));
    }
}
