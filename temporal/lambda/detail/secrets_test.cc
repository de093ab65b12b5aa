#include <temporal/lambda/detail/secrets.h>

#include <temporal/common/client_errors.h>
#include <temporal/lambda/detail/fake_runtime_api.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::lambda::detail {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Step = FakeRuntimeApi::Step;

TEST(Secrets, AreFilledInWhereTheirIdsAre) {
  client::ConnectOptions connect;
  fill_in_secrets(connect,
                  {.api_key = "key", .client_certificate = "cert", .client_private_key = "private", .server_ca = "ca"},
                  [](const std::string& id) { return "value of " + id; });
  EXPECT_EQ(connect.api_key, "value of key");
  EXPECT_EQ(connect.tls->client_certificate, "value of cert");
  EXPECT_EQ(connect.tls->client_private_key, "value of private");
  EXPECT_EQ(connect.tls->server_ca, "value of ca");
}

TEST(Secrets, WithoutIdsNothingIsAskedFor) {
  client::ConnectOptions connect;
  fill_in_secrets(connect, {}, [](const std::string&) -> std::string { throw std::runtime_error{"asked"}; });
  EXPECT_EQ(connect, client::ConnectOptions{});
}

std::string error_of(const envconfig::SecretIds& ids, client::ConnectOptions connect, const FetchSecret& fetch) {
  try {
    fill_in_secrets(connect, ids, fetch);
  } catch (const ConfigurationError& error) {
    return error.message();
  }
  return "none";
}

TEST(Secrets, ACredentialThatIsThereTwiceIsRefused) {
  client::ConnectOptions connect;
  connect.api_key = "a-key";
  const auto fetch = [](const std::string&) { return std::string{"another"}; };
  EXPECT_THAT(error_of({.api_key = "my-id"}, connect, fetch),
              AllOf(HasSubstr("the API key is there by itself, and by the secret my-id"), Not(HasSubstr("a-key"))));
  connect.tls = client::TlsOptions{.client_certificate = "pem"};
  EXPECT_THAT(error_of({.client_certificate = "id"}, connect, fetch), HasSubstr("the client certificate"));
  EXPECT_EQ(error_of({.client_private_key = "id"}, connect, fetch), "none");
}

class Extension : public ::testing::Test {
 protected:
  std::string fetch(FakeRuntimeApi& api, const std::string& id) {
    const auto port = api.host().substr(api.host().rfind(':') + 1);
    return aws_extension({{"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", port}, {"AWS_SESSION_TOKEN", "session-token"}})(
        id);
  }

  std::string error_of_fetch(FakeRuntimeApi& api) {
    try {
      return "no error: " + fetch(api, "my-id");
    } catch (const std::exception& error) {
      return error.what();
    }
  }
};

TEST_F(Extension, GivesASecretByItsNameOrArn) {
  FakeRuntimeApi api{{Step{.reply = FakeRuntimeApi::http(200, R"({"SecretString":"the key","Name":"k"})")}}};
  EXPECT_EQ(fetch(api, "arn:aws:secretsmanager:eu:1:secret:k/a b"), "the key");
  EXPECT_THAT(
      api.requests().at(0),
      AllOf(HasSubstr("GET /secretsmanager/get?secretId=arn%3Aaws%3Asecretsmanager%3Aeu%3A1%3Asecret%3Ak%2Fa%20b "),
            HasSubstr("X-Aws-Parameters-Secrets-Token: session-token\r\n")));
}

TEST_F(Extension, GivesAParameter) {
  for (const auto* id : {"/shop/key", "arn:aws:ssm:eu:1:parameter/shop/key"}) {
    FakeRuntimeApi api{{Step{.reply = FakeRuntimeApi::http(200, R"({"Parameter":{"Value":"the key"}})")}}};
    EXPECT_EQ(fetch(api, id), "the key");
    EXPECT_THAT(api.requests().at(0), HasSubstr("GET /systemsmanager/parameters/get?withDecryption=true&name="));
  }
}

TEST_F(Extension, IsAskedAgainWhileItIsNotReady) {
  const Step not_ready{.reply = FakeRuntimeApi::http(400, "not ready to serve traffic, please wait"), .close = true};
  FakeRuntimeApi api{{not_ready, not_ready, Step{.reply = FakeRuntimeApi::http(200, R"({"SecretString":"key"})")}}};
  EXPECT_EQ(fetch(api, "my-id"), "key");
  EXPECT_EQ(api.requests().size(), 3U);
}

TEST_F(Extension, SaysWhatIsWrong) {
  FakeRuntimeApi refuses{{Step{.reply = FakeRuntimeApi::http(400, "AccessDeniedException: not authorized")}}};
  EXPECT_THAT(error_of_fetch(refuses), AllOf(HasSubstr("400"), HasSubstr("AccessDeniedException")));
  for (const auto* body : {R"({"SecretBinary":"AAEC"})", "[]", "\xff", R"({"SecretString":7})", R"({"Parameter":7})"}) {
    FakeRuntimeApi has_no_text{{Step{.reply = FakeRuntimeApi::http(200, body)}}};
    EXPECT_THAT(error_of_fetch(has_no_text), HasSubstr("it has no text")) << body;
  }
  EXPECT_THROW((void)aws_extension({})("id"), std::runtime_error) << "outside Lambda";
  const auto nobody = aws_extension({{"PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "1"}, {"AWS_SESSION_TOKEN", "t"}});
  try {
    (void)nobody("id");
    FAIL() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("add the layer"));
  }
}

}  // namespace
}  // namespace temporal::lambda::detail
