//! Temporal's environment configuration: TOML profiles and TEMPORAL_* variables.

use crate::{
    error::{Code, Error, Result},
    ffi::{self, Bytes, answer_now},
    options as messages,
};
use prost::Message;
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
    let options = LoadClientConfigProfileOptions::builder()
        .config_source(DataSource::Data(toml))
        .maybe_config_file_profile(profile)
        .config_file_strict(request.strict)
        .build();
    load_client_config_profile(options, Some(&request.environment))
        .map(to_message)
        .map_err(|e| Error::new(Code::Configuration, text(&e)))
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
