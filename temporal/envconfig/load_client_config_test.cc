#include <temporal/envconfig/load_client_config.h>

#include <temporal/common/client_errors.h>
#include <temporal/envconfig/detail/temporary_folder.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace temporal::envconfig {
namespace {

using detail::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LoadClientConfig : public ::testing::Test {
 protected:
  ClientConfig load(Environment environment = {}) {
    return load_client_config({.environment = std::move(environment), .folders = {{folder.path()}}});
  }
  void write_file(std::string_view toml) { folder.write("temporal.toml", toml); }

  std::string refusal(Environment environment = {}) {
    try {
      load(std::move(environment));
    } catch (const ConfigurationError& error) {
      return error.message();
    }
    return "no error";
  }

  TemporaryFolder folder;
};

TEST_F(LoadClientConfig, C1_ReadsEveryVariable) {
  const auto config = load({
      {"TEMPORAL_ADDRESS", "server:7233"},
      {"TEMPORAL_NAMESPACE", "shop"},
      {"TEMPORAL_API_KEY", "key"},
      {"TEMPORAL_TLS", "true"},
      {"TEMPORAL_TLS_CLIENT_CERT_DATA", "certificate"},
      {"TEMPORAL_TLS_CLIENT_KEY_DATA", "private"},
      {"TEMPORAL_TLS_SERVER_CA_CERT_DATA", "authority"},
      {"TEMPORAL_TLS_SERVER_NAME", "name"},
      {"TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", "true"},
      {"TEMPORAL_CODEC_ENDPOINT", "http://codec"},
      {"TEMPORAL_CODEC_AUTH", "Bearer x"},
      {"TEMPORAL_GRPC_META_SOME_KEY", "some value"},
      {"TEMPORAL_TASK_QUEUE", "queue"},
  });
  EXPECT_EQ(config.connect.address, "server:7233");
  EXPECT_EQ(config.connect.namespace_, "shop");
  EXPECT_EQ(config.connect.api_key, "key");
  EXPECT_FALSE(config.connect.disable_tls);
  ASSERT_TRUE(config.connect.tls);
  EXPECT_EQ(*config.connect.tls, (client::TlsOptions{.server_ca = "authority",
                                                     .client_certificate = "certificate",
                                                     .client_private_key = "private",
                                                     .server_name = "name",
                                                     .disable_host_verification = true}));
  EXPECT_EQ(config.codec, (CodecSettings{.endpoint = "http://codec", .auth = "Bearer x"}));
  EXPECT_EQ(config.connect.metadata.at("some-key"), "some value");
  EXPECT_EQ(config.task_queue, "queue") << "D1";
}

TEST_F(LoadClientConfig, C1_C5_ReadsTheCodecFromTheFileToo) {
  write_file("[profile.default.codec]\nendpoint = 'http://file'\nauth = 'Bearer y'\n");
  EXPECT_EQ(load().codec, (CodecSettings{.endpoint = "http://file", .auth = "Bearer y"}));
  EXPECT_EQ(load({{"TEMPORAL_CODEC_ENDPOINT", "http://environment"}}).codec,
            (CodecSettings{.endpoint = "http://environment", .auth = "Bearer y"}));
}

TEST_F(LoadClientConfig, C1_ReadsCertificatesFromTheirPaths) {
  const auto certificate = folder.write("cert.pem", "certificate");
  const auto key = folder.write("key.pem", "private");
  const auto config = load({{"TEMPORAL_TLS_CLIENT_CERT_PATH", certificate}, {"TEMPORAL_TLS_CLIENT_KEY_PATH", key}});
  EXPECT_EQ(config.connect.tls->client_certificate, "certificate");
  EXPECT_EQ(config.connect.tls->client_private_key, "private");
  EXPECT_THAT(refusal({{"TEMPORAL_TLS_CLIENT_CERT_PATH", folder.path() + "/none.pem"}}),
              AllOf(HasSubstr("client certificate"), HasSubstr("none.pem does not exist")));
}

TEST_F(LoadClientConfig, C3_NeedsNoFile) {
  const auto config = load();
  EXPECT_EQ(config.connect, client::ConnectOptions{});
  EXPECT_EQ(config.task_queue, std::nullopt);
  EXPECT_TRUE(config.warnings.empty());
}

TEST_F(LoadClientConfig, C2_HandsOnTheWarning) {
  EXPECT_EQ(load({{"TEMPORAL_CONFIG_FILE", folder.path() + "/none.toml"}}).warnings.size(), 1U);
}

TEST_F(LoadClientConfig, C3_NamesTheFileAndTheLineOfBrokenToml) {
  write_file("[profile.default]\naddress = 'a:1'\nnamespace = [broken\n");
  EXPECT_THAT(refusal(), AllOf(HasSubstr(folder.path() + "/temporal.toml"), HasSubstr("line 3")));
}

TEST_F(LoadClientConfig, C4_AnEmptyHeaderTakesThatOfTheFileAway) {
  write_file("[profile.default.grpc_meta]\nsome_key = 'file'\nother-key = 'file'\n");
  const std::map<std::string, std::string> both{{"other-key", "file"}, {"some-key", "file"}};
  EXPECT_EQ(load().connect.metadata, both);
  const std::map<std::string, std::string> other{{"other-key", "file"}};
  EXPECT_EQ(load({{"TEMPORAL_GRPC_META_SOME_KEY", ""}, {"TEMPORAL_GRPC_META_NO_KEY", ""}}).connect.metadata, other);
}

TEST_F(LoadClientConfig, C4_EveryOtherEmptyVariableLeavesTheFileAsItIs) {
  write_file(
      "[profile.default]\naddress = 'file:1'\nnamespace = 'file'\napi_key = 'file'\n"
      "[profile.default.tls]\nserver_name = 'file'\nclient_cert_data = 'file'\nclient_key_data = 'file'\n"
      "server_ca_cert_data = 'file'\ndisable_host_verification = true\n"
      "[profile.default.codec]\nendpoint = 'http://file'\nauth = 'file'\n");
  Environment empty;
  for (const auto* name : {"ADDRESS", "NAMESPACE", "API_KEY", "PROFILE", "CONFIG_FILE", "TLS", "TLS_CLIENT_CERT_DATA",
                           "TLS_CLIENT_CERT_PATH", "TLS_CLIENT_KEY_DATA", "TLS_CLIENT_KEY_PATH",
                           "TLS_SERVER_CA_CERT_DATA", "TLS_SERVER_CA_CERT_PATH", "TLS_SERVER_NAME",
                           "TLS_DISABLE_HOST_VERIFICATION", "CODEC_ENDPOINT", "CODEC_AUTH", "TASK_QUEUE"}) {
    empty[std::string{"TEMPORAL_"} + name] = "";
  }
  const auto of_the_file = load();
  const auto config = load(empty);
  EXPECT_EQ(config.connect, of_the_file.connect);
  EXPECT_EQ(config.connect.tls.value().server_name, "file");
  EXPECT_EQ(config.codec, of_the_file.codec);
  EXPECT_EQ(config.task_queue, std::nullopt);
}

TEST_F(LoadClientConfig, C4_AnEmptyVariableCountsAsUnset) {
  write_file("[profile.default]\naddress = 'file:1'\n");
  const auto config = load({{"TEMPORAL_ADDRESS", ""},
                            {"TEMPORAL_API_KEY", ""},
                            {"TEMPORAL_TASK_QUEUE", ""},
                            {"TEMPORAL_PROFILE", ""},
                            {"TEMPORAL_TLS", ""}});
  EXPECT_EQ(config.connect.address, "file:1");
  EXPECT_EQ(config.connect.api_key, std::nullopt);
  EXPECT_EQ(config.connect.tls, std::nullopt);
  EXPECT_EQ(config.task_queue, std::nullopt);
}

TEST_F(LoadClientConfig, C5_TheEnvironmentBeatsTheFileFieldByField) {
  write_file("[profile.default]\naddress = 'file:1'\nnamespace = 'from-file'\n");
  const auto config = load({{"TEMPORAL_ADDRESS", "environment:2"}});
  EXPECT_EQ(config.connect.address, "environment:2");
  EXPECT_EQ(config.connect.namespace_, "from-file");
}

TEST_F(LoadClientConfig, C6_ANamedProfileMustExistAndTheDefaultNeedNot) {
  write_file("[profile.other]\naddress = 'other:1'\n");
  EXPECT_EQ(load().connect.address, "localhost:7233");
  EXPECT_EQ(load({{"TEMPORAL_PROFILE", "other"}}).connect.address, "other:1");
  EXPECT_THAT(refusal({{"TEMPORAL_PROFILE", "x"}}), HasSubstr("Profile 'x' not found"));
}

TEST_F(LoadClientConfig, C7_AnApiKeySwitchesTlsOnUnlessItIsDisabled) {
  EXPECT_TRUE(client::uses_tls(load({{"TEMPORAL_API_KEY", "key"}}).connect));
  EXPECT_FALSE(client::uses_tls(load({{"TEMPORAL_API_KEY", "key"}, {"TEMPORAL_TLS", "false"}}).connect));
  EXPECT_FALSE(client::uses_tls(load().connect));
  write_file("[profile.default]\napi_key = 'key'\n[profile.default.tls]\ndisabled = true\n");
  EXPECT_FALSE(client::uses_tls(load().connect));
}

TEST_F(LoadClientConfig, C8_NamesBothWhenPathAndDataAreSet) {
  EXPECT_THAT(refusal({{"TEMPORAL_TLS_CLIENT_KEY_PATH", "/key"}, {"TEMPORAL_TLS_CLIENT_KEY_DATA", "s3cret"}}),
              AllOf(HasSubstr("TEMPORAL_TLS_CLIENT_KEY_PATH"), HasSubstr("TEMPORAL_TLS_CLIENT_KEY_DATA"),
                    Not(HasSubstr("s3cret"))));
  write_file("[profile.default.tls]\nclient_key_path = '/key'\nclient_key_data = 's3cret'\n");
  EXPECT_THAT(refusal(), AllOf(HasSubstr("client_key_path"), HasSubstr("client_key_data"), Not(HasSubstr("s3cret"))));
}

TEST_F(LoadClientConfig, C10_NoSecretIsInAnErrorText) {
  for (const auto* toml :
       {"[profile.default]\napi_key = \"s3cret\n", "[profile.default]\napi_key = s3cret\n",
        "[profile.default]\napi_key = ['s3cret']\n", "[profile.default]\ntls = 's3cret'\n",
        "[profile.default]\napi_key = { 's3cret' = 1 }\n", "[profile.default]\ncodec = \"s3cret\"\n",
        "[profile.default]\napi_key = 's3cret' x\n", "[profile.default]\napi_key = \"\\s3cret\"\n"}) {
    write_file(toml);
    EXPECT_THAT(refusal(), AllOf(HasSubstr("temporal.toml"), Not(HasSubstr("s3cret")))) << toml;
  }
}

TEST_F(LoadClientConfig, ReadsWhichSecretsHoldTheCredentials) {
  write_file(
      "[profile.default.ext.aws_secrets_manager]\napi_key_id = \"shop/key\"\n"
      "[profile.default.ext.aws_secrets_manager.tls]\nclient_key_id = \"shop/private\"\n");
  EXPECT_EQ(load().secrets, (SecretIds{.api_key = "shop/key", .client_private_key = "shop/private"}));
  EXPECT_EQ(load({{"TEMPORAL_EXT_AWS_SECRETS_MANAGER_API_KEY_ID", "another"},
                  {"TEMPORAL_EXT_AWS_SECRETS_MANAGER_TLS_CLIENT_CERT_ID", "cert"},
                  {"TEMPORAL_EXT_AWS_SECRETS_MANAGER_TLS_SERVER_CA_CERT_ID", "ca"}})
                .secrets,
            (SecretIds{.api_key = "another",
                       .client_certificate = "cert",
                       .client_private_key = "shop/private",
                       .server_ca = "ca"}));
}

TEST_F(LoadClientConfig, RefusesABooleanThatIsNone) {
  EXPECT_THAT(refusal({{"TEMPORAL_TLS", "yes"}}), HasSubstr("TEMPORAL_TLS is \"yes\": set it to true or false"));
}

TEST_F(LoadClientConfig, RefusesAVariableThatIsNotUtf8) {
  EXPECT_THAT(refusal({{"TEMPORAL_API_KEY", "s3cret\xff"}}),
              AllOf(HasSubstr("TEMPORAL_API_KEY is not UTF-8"), Not(HasSubstr("s3cret"))));
}

TEST(ProcessEnvironment, IsReadFromTheProcess) {
  ::setenv("TEMPORAL_TEST_VARIABLE", "a=b", 1);
  EXPECT_EQ(variable(process_environment(), "TEMPORAL_TEST_VARIABLE"), "a=b");
  ::unsetenv("TEMPORAL_TEST_VARIABLE");
}

}  // namespace
}  // namespace temporal::envconfig
