//! Temporal's environment configuration: TOML profiles and TEMPORAL_* variables.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, Bytes, answer_now},
    options as messages,
};
use prost::Message;
use std::collections::HashMap;
use temporalio_common::envconfig::{
    ClientConfigProfile, ConfigError, DataSource, LoadClientConfigProfileOptions,
    load_client_config_profile,
};

fn load(request: messages::EnvConfigRequest) -> Result<messages::ClientProfile> {
    let profile = Some(request.profile).filter(|name| !name.is_empty());
    // Without a file there are no profiles; a name that is set all the same must exist.
    let toml = match (request.has_toml, request.path.as_str()) {
        (true, _) => request.toml,
        (false, "") => Vec::new(),
        // Core takes a file that does not exist for an empty one.
        (false, path) => std::fs::read(path)
            .map_err(|e| Error::new(Code::Configuration, format!("cannot read {path}: {e}")))?,
    };
    let secret_ids = secret_ids(&toml, profile.as_deref(), &request.environment);
    let options = LoadClientConfigProfileOptions::builder()
        .config_source(DataSource::Data(toml))
        .maybe_config_file_profile(profile)
        .config_file_strict(request.strict)
        .build();
    let loaded = load_client_config_profile(options, Some(&request.environment))
        .map_err(|e| Error::new(Code::Configuration, text(&e)))?;
    Ok(messages::ClientProfile {
        secret_ids: Some(secret_ids),
        ..to_message(loaded)
    })
}

/// The extension of the profiles that Temporal's SDKs have for AWS, and core does not know. What is wrong with the file as
/// a whole is core's to say.
fn secret_ids(
    toml: &[u8],
    profile: Option<&str>,
    environment: &HashMap<String, String>,
) -> messages::SecretIds {
    let file = std::str::from_utf8(toml).ok();
    let file = file.and_then(|text| text.parse::<toml::Table>().ok());
    let variable = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let selected = variable("TEMPORAL_PROFILE").map(String::as_str);
    let profile = profile.or(selected).unwrap_or("default");
    let table = file.as_ref().and_then(|file| {
        let profile = file.get("profile")?.get(profile)?;
        profile.get("ext")?.get("aws_secrets_manager")
    });
    let id = |key: &[&str], name: &str| {
        let in_file = table
            .and_then(|table| key.iter().try_fold(table, |table, part| table.get(part)))
            .and_then(|value| value.as_str());
        let chosen = variable(&format!("TEMPORAL_EXT_AWS_SECRETS_MANAGER_{name}"));
        chosen.map(String::as_str).or(in_file).map(str::to_owned)
    };
    messages::SecretIds {
        api_key: id(&["api_key_id"], "API_KEY_ID").unwrap_or_default(),
        client_certificate: id(&["tls", "client_cert_id"], "TLS_CLIENT_CERT_ID")
            .unwrap_or_default(),
        client_private_key: id(&["tls", "client_key_id"], "TLS_CLIENT_KEY_ID").unwrap_or_default(),
        server_ca: id(&["tls", "server_ca_cert_id"], "TLS_SERVER_CA_CERT_ID").unwrap_or_default(),
    }
}

fn text(error: &ConfigError) -> String {
    match error {
        ConfigError::InvalidConfig(reason) => reason.clone(),
        ConfigError::LoadError(cause) => cause.to_string(),
        other => other.to_string(),
    }
}

fn to_message(profile: ClientConfigProfile) -> messages::ClientProfile {
    let mut message = messages::ClientProfile {
        address: profile.address.unwrap_or_default(),
        namespace: profile.namespace.unwrap_or_default(),
        api_key: profile.api_key.unwrap_or_default(),
        metadata: profile.grpc_meta,
        ..Default::default()
    };
    if let Some(tls) = profile.tls {
        message.has_tls = true;
        message.tls_disabled = tls.disabled;
        message.client_certificate = tls.client_cert.map(to_source);
        message.client_private_key = tls.client_key.map(to_source);
        message.server_ca = tls.server_ca_cert.map(to_source);
        message.server_name = tls.server_name.unwrap_or_default();
        message.disable_host_verification = tls.disable_host_verification;
    }
    if let Some(codec) = profile.codec {
        message.codec_endpoint = codec.endpoint.unwrap_or_default();
        message.codec_auth = codec.auth.unwrap_or_default();
    }
    message
}

fn to_source(source: DataSource) -> messages::DataSource {
    match source {
        DataSource::Path(path) => messages::DataSource {
            path,
            ..Default::default()
        },
        DataSource::Data(data) => messages::DataSource {
            data,
            ..Default::default()
        },
        _ => messages::DataSource::default(),
    }
}

/// # Safety
/// See `temporal_bridge.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn temporal_envconfig_load(
    request: *const u8,
    size: usize,
    profile_or_error: *mut Bytes,
) -> i32 {
    unsafe {
        answer_now(profile_or_error, || {
            ffi::place(profile_or_error)?;
            let profile = load(ffi::message(request, size)?)?;
            profile_or_error.write(profile.encode_to_vec().into());
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(toml: &str, environment: &[(&str, &str)]) -> messages::EnvConfigRequest {
        messages::EnvConfigRequest {
            has_toml: true,
            toml: toml.into(),
            environment: environment
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            ..Default::default()
        }
    }

    #[test]
    fn the_environment_beats_the_file_field_by_field() {
        let toml = "[profile.default]\naddress = 'file:1'\nnamespace = 'from-file'";
        let profile = load(request(toml, &[("TEMPORAL_ADDRESS", "environment:2")])).unwrap();
        assert_eq!(profile.address, "environment:2");
        assert_eq!(profile.namespace, "from-file");
    }

    #[test]
    fn secrets_are_named_by_the_profile_or_by_variables_that_go_first() {
        let toml = "[profile.default.ext.aws_secrets_manager]\napi_key_id = 'file-key'\n\
                    [profile.default.ext.aws_secrets_manager.tls]\nclient_cert_id = 'file-cert'\n\
                    [profile.other.ext.aws_secrets_manager]\napi_key_id = 'other-key'";
        let ids = |environment: &[(&str, &str)]| {
            load(request(toml, environment))
                .unwrap()
                .secret_ids
                .unwrap()
        };
        let of_file = ids(&[]);
        assert_eq!(of_file.api_key, "file-key");
        assert_eq!(of_file.client_certificate, "file-cert");
        assert_eq!(of_file.server_ca, "");
        let prefix = "TEMPORAL_EXT_AWS_SECRETS_MANAGER_";
        let key = format!("{prefix}API_KEY_ID");
        let ca = format!("{prefix}TLS_SERVER_CA_CERT_ID");
        let chosen = ids(&[(&key, "key"), (&ca, "ca")]);
        assert_eq!(chosen.api_key, "key");
        assert_eq!(chosen.client_certificate, "file-cert");
        assert_eq!(chosen.server_ca, "ca");
        assert_eq!(ids(&[("TEMPORAL_PROFILE", "other")]).api_key, "other-key");
        assert_eq!(ids(&[(&key, "")]).api_key, "file-key");
        let none = load(request("", &[])).unwrap().secret_ids.unwrap();
        assert_eq!(none, messages::SecretIds::default());
    }

    #[test]
    fn a_named_profile_must_exist() {
        let error = load(request("", &[("TEMPORAL_PROFILE", "x")])).unwrap_err();
        assert_eq!(error.code, Code::Configuration);
        assert!(error.text().contains("Profile 'x' not found"));
    }

    #[test]
    fn broken_toml_names_the_line() {
        let error = load(request("a = 1\n[profile", &[])).unwrap_err();
        assert!(error.text().contains("line 2"));
    }

    #[test]
    fn a_key_that_nobody_knows_is_an_error_only_when_asked() {
        let mut lenient = request("[profile.default]\nadress = 'a:1'", &[]);
        assert!(load(lenient.clone()).is_ok());
        lenient.strict = true;
        assert!(load(lenient).unwrap_err().text().contains("adress"));
    }

    #[test]
    fn a_path_that_cannot_be_read_is_an_error_that_names_it() {
        let missing = messages::EnvConfigRequest {
            path: "/nowhere/temporal.toml".into(),
            ..Default::default()
        };
        let error = load(missing).unwrap_err();
        assert_eq!(error.code, Code::Configuration);
        assert!(error.text().contains("/nowhere/temporal.toml"));
    }
}
