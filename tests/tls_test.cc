// The function reaches its server through a real TLS front, configured by nothing but its environment.
#include "connect_proxy.h"
#include "local_lambda.h"
#include "tls_front.h"

#include <temporal/client/client.h>
#include <temporal/client/connect_options.h>
#include <temporal/converter/payload_converter.h>
#include <temporal/testing/dev_server.h>
#include <temporal/worker/worker.h>
#include <temporal/workflow/workflow.h>

#include <gmock/gmock.h>

#include <chrono>
#include <fstream>

using namespace temporal::tests;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace {

using Environment = std::map<std::string, std::string>;

/// A server, a front before it, and invocations of a function that is told of the front.
class TlsTest : public ::testing::Test {
 protected:
  void front(ClientCertificate client_certificate) { front_.emplace(server_.address(), client_certificate); }
  [[nodiscard]] std::string path(const std::string& file) const { return front_->path(file); }

  /// What the invocation answers, and the log. Polls go through the front, too: it ends when it was idle.
  std::pair<Answer, std::string> invoke(Environment environment) const {
    environment.merge(Environment{{"TEMPORAL_ADDRESS", front_->address()},
                                  {"TEMPORAL_TASK_QUEUE", "tls"},
                                  {"TEMPORAL_LAMBDA_IDLE_TIMEOUT", "600ms"}});
    const LocalLambda lambda{{{"tls", environment}}, {"--timeout", "30"}};
    return {lambda.invoke("tls"), lambda.log()};
  }

  static void expect_success(const std::pair<Answer, std::string>& outcome) {
    EXPECT_FALSE(outcome.first.failed) << outcome.first.body << outcome.second;
  }
  static void expect_error(const std::pair<Answer, std::string>& outcome, const std::string& type,
                           const ::testing::Matcher<std::string>& message) {
    ASSERT_TRUE(outcome.first.failed) << outcome.second;
    EXPECT_EQ(outcome.first.body["errorType"], type);
    EXPECT_THAT(outcome.first.body["errorMessage"].get<std::string>(), message);
  }

  temporal::testing::DevServer server_;
  std::optional<TlsFront> front_;
};

temporal::workflow::Task<int> seven() { co_return 7; }

}  // namespace

TEST_F(TlsTest, C1_MutualTlsWithAServerNameByPathAndByData) {
  front(ClientCertificate::demanded);
  expect_success(invoke({{"TEMPORAL_TLS_SERVER_CA_CERT_PATH", path("ca.pem")},
                         {"TEMPORAL_TLS_CLIENT_CERT_PATH", path("client.pem")},
                         {"TEMPORAL_TLS_CLIENT_KEY_PATH", path("client.key")},
                         {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}}));
  expect_success(invoke({{"TEMPORAL_TLS_SERVER_CA_CERT_DATA", read_file(path("ca.pem"))},
                         {"TEMPORAL_TLS_CLIENT_CERT_DATA", read_file(path("client.pem"))},
                         {"TEMPORAL_TLS_CLIENT_KEY_DATA", read_file(path("client.key"))},
                         {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}}));
  front_->wait_for_request("PollWorkflowTaskQueue");
}

TEST_F(TlsTest, K4_AFrontThatDemandsACertificateRefusesWithoutOne) {
  front(ClientCertificate::demanded);
  const auto outcome = invoke(
      {{"TEMPORAL_TLS_SERVER_CA_CERT_PATH", path("ca.pem")}, {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}});
  expect_error(outcome, "Temporal.ConnectionError", HasSubstr(front_->address()));
}

TEST_F(TlsTest, K4_C10_AServerThatIsNotTrustedOrHasAnotherNameIsAConnectionErrorWithTheReason) {
  front(ClientCertificate::not_needed);
  expect_error(invoke({{"TEMPORAL_TLS_SERVER_CA_CERT_PATH", path("other-ca.pem")},
                       {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}}),
               "Temporal.ConnectionError", HasSubstr("UnknownIssuer"));
  const auto outcome =
      invoke({{"TEMPORAL_TLS_SERVER_CA_CERT_PATH", path("ca.pem")}, {"TEMPORAL_API_KEY", "s3cret-key"}});
  expect_error(outcome, "Temporal.ConnectionError", HasSubstr("not valid for name"));
  EXPECT_THAT(outcome.second + outcome.first.body.dump(), Not(HasSubstr("s3cret-key")));
}

TEST_F(TlsTest, C1_HostVerificationCanBeSwitchedOff) {
  front(ClientCertificate::not_needed);
  expect_success(invoke({{"TEMPORAL_TLS", "true"}, {"TEMPORAL_TLS_DISABLE_HOST_VERIFICATION", "true"}}));
}

TEST_F(TlsTest, C1_C7_AnApiKeyAndMetadataTravelAsHeadersOverTls) {
  front(ClientCertificate::not_needed);
  const auto outcome = invoke({{"TEMPORAL_API_KEY", "s3cret-key"},
                               {"TEMPORAL_GRPC_META_X_TEAM", "payments"},
                               {"TEMPORAL_TLS_SERVER_CA_CERT_PATH", path("ca.pem")},
                               {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}});
  expect_success(outcome);
  EXPECT_THAT(outcome.second, Not(HasSubstr("s3cret-key"))) << "C10";
  front_->wait_for_request("PollActivityTaskQueue authorization=Bearer s3cret-key x-team=payments");
  front_->wait_for_request("GetSystemInfo authorization=Bearer s3cret-key x-team=payments");
}

TEST_F(TlsTest, CallsAreCompressedWhereItIsWorthItUnlessTheyAreToldNotTo) {
  front(ClientCertificate::not_needed);
  using temporal::client::GrpcCompression;
  const auto call = [this](const std::string& team, GrpcCompression compression) {
    const auto client =
        temporal::client::Client::connect({.address = front_->address(),
                                           .tls = temporal::client::TlsOptions{.server_ca = read_file(path("ca.pem")),
                                                                               .server_name = TlsFront::server_name},
                                           .metadata = {{"x-team", team}},
                                           .grpc_compression = compression});
    const auto large = temporal::converter::to_payloads(std::string(10'000, 'x'));
    const auto handle = client.start<int>("any", {.id = team, .task_queue = "q"}, large).get();
    EXPECT_GT(handle.fetch_history().get().bytes.size(), 10'000U);
    const auto sent = [&](const std::string& method, const std::string& encodings) {
      front_->wait_for_request(method + " authorization=- x-team=" + team + " " + encodings);
    };
    const bool compresses = compression == GrpcCompression::gzip;
    sent("GetSystemInfo", "encoding=- answer=-");
    sent("StartWorkflowExecution", compresses ? "encoding=gzip answer=gzip" : "encoding=- answer=-");
    sent("GetWorkflowExecutionHistory", compresses ? "encoding=gzip answer=gzip" : "encoding=- answer=-");
  };
  call("plain", GrpcCompression::none);
  call("small", temporal::client::ConnectOptions{}.grpc_compression);
}

TEST_F(TlsTest, AClientGoesByWayOfAProxy) {
  front(ClientCertificate::not_needed);
  const auto by_way_of = [this](const ConnectProxy& proxy) {
    return temporal::client::Client::connect(
        {.address = front_->address(),
         .tls =
             temporal::client::TlsOptions{.server_ca = read_file(path("ca.pem")), .server_name = TlsFront::server_name},
         .http_connect_proxy =
             temporal::client::HttpConnectProxy{.target_host = proxy.address(), .user = "me", .password = "hush"}});
  };
  const ConnectProxy proxy;
  by_way_of(proxy).probe(std::chrono::seconds{10});
  EXPECT_THAT(proxy.requests(), ElementsAre(AllOf(StartsWith("CONNECT " + front_->address() + " HTTP/1.1\r\n"),
                                                  HasSubstr("Basic bWU6aHVzaA=="))));
  const ConnectProxy refusing{407};
  try {
    by_way_of(refusing);
    FAIL() << "no error";
  } catch (const temporal::ConnectionError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr(front_->address() + " by way of the proxy " + refusing.address()),
                                    HasSubstr("407"), Not(HasSubstr("hush"))));
  }
}

TEST_F(TlsTest, AnApiKeyAndMetadataThatAreChangedTravelWithAllThatComesLaterThatOfARunningWorkerToo) {
  front(ClientCertificate::not_needed);
  const auto client =
      temporal::client::Client::connect({.address = front_->address(),
                                         .api_key = "first-key",
                                         .tls = temporal::client::TlsOptions{.server_ca = read_file(path("ca.pem")),
                                                                             .server_name = TlsFront::server_name},
                                         .metadata = {{"x-team", "payments"}}});
  temporal::worker::WorkerOptions options{.task_queue = "keys"};
  options.add_workflow<seven>();
  temporal::worker::Worker worker{client, options};
  worker.start();
  const auto run = [&](const std::string& id) {
    EXPECT_EQ(client.execute<seven>({.id = id, .task_queue = "keys"}).get(), 7);
  };
  run("first");
  front_->wait_for_request("StartWorkflowExecution authorization=Bearer first-key x-team=payments");
  front_->wait_for_request("RespondWorkflowTaskCompleted authorization=Bearer first-key x-team=payments");
  client.set_api_key("second-key");
  client.set_metadata({{"x-team", "orders"}});
  run("second");
  front_->wait_for_request("StartWorkflowExecution authorization=Bearer second-key x-team=orders");
  front_->wait_for_request("RespondWorkflowTaskCompleted authorization=Bearer second-key x-team=orders");
  client.set_api_key("");
  client.set_metadata({});
  run("third");
  front_->wait_for_request("StartWorkflowExecution authorization=- x-team=-");
}

TEST_F(TlsTest, C1_C5_AProfileOfTheFileConfiguresTls) {
  front(ClientCertificate::demanded);
  const auto file = new_folder() + "/temporal.toml";
  std::ofstream{file} << "[profile.staging]\naddress = \"" << front_->address() << "\"\n[profile.staging.tls]\n"
                      << "client_cert_path = \"" << path("client.pem") << "\"\nclient_key_path = \""
                      << path("client.key") << "\"\nserver_ca_cert_path = \"" << path("ca.pem")
                      << "\"\nserver_name = \"wrong\"\n";
  expect_success(invoke({{"TEMPORAL_CONFIG_FILE", file},
                         {"TEMPORAL_PROFILE", "staging"},
                         {"TEMPORAL_ADDRESS", ""},
                         {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name}}));
}

TEST_F(TlsTest, C11_TheSystemsAuthoritiesAreTrustedByDefault) {
  front(ClientCertificate::not_needed);
  expect_success(invoke({{"TEMPORAL_TLS", "true"},
                         {"TEMPORAL_TLS_SERVER_NAME", TlsFront::server_name},
                         {"SSL_CERT_FILE", path("ca.pem")}}));
  expect_error(invoke({{"TEMPORAL_TLS", "true"}, {"SSL_CERT_FILE", "/nowhere.pem"}}), "Temporal.ConnectionError",
               HasSubstr("/nowhere.pem"));
}
