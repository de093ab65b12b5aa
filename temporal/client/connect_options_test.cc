#include <temporal/client/connect_options.h>

#include <temporal/common/client_errors.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace temporal::client {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string refusal(const ConnectOptions& options) {
  try {
    validate(options);
  } catch (const ConfigurationError& error) {
    return error.message();
  }
  return "accepted";
}

TEST(ConnectOptions, AreValidAsTheyAre) { EXPECT_EQ(refusal({}), "accepted"); }

TEST(ConnectOptions, SayWhatIsWrongWithTheAddress) {
  for (const auto* address : {"localhost", ":7233"}) {
    EXPECT_THAT(refusal({.address = address}), AllOf(HasSubstr(address), HasSubstr("give host and port")));
  }
  for (const auto* address : {"localhost:", "localhost:0", "localhost:65536", "localhost:7x"}) {
    EXPECT_THAT(refusal({.address = address}), AllOf(HasSubstr(address), HasSubstr("a number from 1 to 65535")));
  }
  EXPECT_THAT(refusal({.address = "http://localhost:7233"}), HasSubstr("leave out the scheme"));
  EXPECT_THAT(refusal({.address = ""}), HasSubstr("address is empty"));
  EXPECT_EQ(refusal({.address = "[::1]:7233"}), "accepted");
}

TEST(ConnectOptions, RefuseWhatCannotWork) {
  EXPECT_THAT(refusal({.namespace_ = ""}), HasSubstr("namespace_"));
  EXPECT_THAT(refusal({.connect_timeout = 0s}), HasSubstr("connect_timeout"));
  EXPECT_THAT(refusal({.api_key = ""}), HasSubstr("leave it unset"));
  EXPECT_THAT(refusal({.tls = TlsOptions{.client_certificate = "pem"}}), HasSubstr("set both or none"));
  EXPECT_THAT(refusal({.metadata = {{"Upper", "x"}}}), HasSubstr("\"Upper\""));
  EXPECT_THAT(refusal({.keep_alive = KeepAlive{.interval = 0s}}), HasSubstr("keep_alive"));
  EXPECT_THAT(refusal({.interceptors = {nullptr}}), HasSubstr("interceptors is a null pointer"));
  const auto proxy = [](HttpConnectProxy proxy) { return refusal({.http_connect_proxy = std::move(proxy)}); };
  EXPECT_EQ(proxy({.target_host = "proxy:3128", .user = "me", .password = "hush"}), "accepted");
  EXPECT_THAT(proxy({}), HasSubstr("target_host is empty"));
  EXPECT_THAT(proxy({.target_host = "me:hush@proxy:1"}), AllOf(HasSubstr("their own fields"), Not(HasSubstr("hush"))));
  EXPECT_THAT(proxy({.target_host = "http://proxy:3128"}), HasSubstr("leave out the scheme"));
  EXPECT_THAT(proxy({.target_host = "proxy:3128", .user = "a:b"}), HasSubstr("colon"));
  EXPECT_THAT(proxy({.target_host = "proxy:3128", .password = "hush"}),
              AllOf(HasSubstr("a password needs a user"), Not(HasSubstr("hush"))));
}

TEST(ConnectOptions, NeverShowASecretInAnError) {
  EXPECT_THAT(refusal({.api_key = "hush\n"}), AllOf(HasSubstr("api_key"), Not(HasSubstr("hush"))));
  EXPECT_THAT(refusal({.metadata = {{"k", "hush\n"}}}), AllOf(HasSubstr("\"k\""), Not(HasSubstr("hush"))));
}

TEST(ConnectOptions, UseTlsWithAnApiKeyUnlessDisabled) {
  EXPECT_FALSE(uses_tls({}));
  EXPECT_TRUE(uses_tls({.api_key = "k"}));
  EXPECT_TRUE(uses_tls({.tls = TlsOptions{}}));
  EXPECT_FALSE(uses_tls({.api_key = "k", .tls = TlsOptions{}, .disable_tls = true}));
}

TEST(ConnectOptions, TellWhatTheyLeaveUnprotected) {
  EXPECT_THAT(insecurities({}), IsEmpty()) << "nobody asked for protection";
  EXPECT_THAT(insecurities({.api_key = "hush", .tls = TlsOptions{}}), IsEmpty());
  EXPECT_THAT(insecurities({.api_key = "hush", .disable_tls = true}),
              ElementsAre(AllOf(HasSubstr("the API key travels in the clear"), Not(HasSubstr("hush")))));
  EXPECT_THAT(insecurities({.tls = TlsOptions{.disable_host_verification = true}}),
              ElementsAre(HasSubstr("certificate is not verified")));
  EXPECT_THAT(insecurities({.tls = TlsOptions{.disable_host_verification = true}, .disable_tls = true}), IsEmpty());
}

TEST(ConnectOptions, ShowNoSecrets) {
  const auto text =
      to_string({.api_key = "hush-key",
                 .tls = TlsOptions{.client_certificate = "hush-pem", .client_private_key = "hush-private"},
                 .metadata = {{"authorization", "hush-token"}},
                 .identity = "me",
                 .http_connect_proxy = HttpConnectProxy{.target_host = "proxy:1", .user = "a", .password = "hush"}});
  EXPECT_THAT(text, HasSubstr("http_connect_proxy=proxy:1"));
  EXPECT_THAT(text,
              AllOf(HasSubstr("api_key=set"), HasSubstr("identity=me"), HasSubstr("metadata[authorization]=set")));
  EXPECT_THAT(text, Not(HasSubstr("hush")));
}

TEST(ConnectOptions, CompareByValue) {
  const ConnectOptions options{.api_key = "k", .tls = TlsOptions{.server_name = "s"}};
  auto other = options;
  EXPECT_EQ(options, other);
  other.tls->server_name = "t";
  EXPECT_NE(options, other);
}

}  // namespace
}  // namespace temporal::client
