#include <temporal/lambda/runtime_client.h>

#include <temporal/lambda/detail/fake_runtime_api.h>

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace temporal::lambda {
namespace {

using detail::FakeRuntimeApi;
using ::testing::HasSubstr;

template <class Call>
std::string message_of(Call&& call) {
  try {
    call();
  } catch (const RuntimeApiError& error) {
    return error.message();
  }
  return "no error";
}

TEST(RuntimeClient, ReadsAnEvent) {
  FakeRuntimeApi api{{{FakeRuntimeApi::event("id-1", 1'700'000'000'123)}}};
  RuntimeClient client{api.host()};
  const auto invocation = client.next();
  ASSERT_TRUE(invocation);
  EXPECT_EQ(invocation->request_id, "id-1");
  EXPECT_EQ(invocation->function_arn, "arn:hello");
  EXPECT_EQ(invocation->deadline, Timestamp{std::chrono::milliseconds{1'700'000'000'123}});
  EXPECT_THAT(api.requests().front(), HasSubstr("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"));
}

TEST(RuntimeClient, A11_IgnoresWhateverThePayloadIs) {
  using namespace std::string_literals;
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Aws-Request-Id: "
      "id-3\r\n\r\n3\r\n{\"a\r\n0\r\n\r\n";
  FakeRuntimeApi api{{{FakeRuntimeApi::event("id-1", 1, "")},
                      {FakeRuntimeApi::event("id-2", 1, "\xff\0\r\n not json"s)},
                      {chunked},
                      {FakeRuntimeApi::event("id-4")}}};
  RuntimeClient client{api.host()};
  EXPECT_EQ(client.next()->request_id, "id-1");
  EXPECT_EQ(client.next()->request_id, "id-2");
  EXPECT_EQ(client.next()->request_id, "id-3");
  EXPECT_EQ(client.next()->request_id, "id-4");
  EXPECT_EQ(api.connections(), 1) << "the connection is kept";
}

TEST(RuntimeClient, A11_AnEmptyPayloadInChunksMayComeInAnyPieces) {
  const std::string empty =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Aws-Request-Id: id-1\r\n\r\n0\r\n\r\n";
  constexpr int often = 300;  // where the pieces end is up to the kernel
  FakeRuntimeApi api{std::deque<FakeRuntimeApi::Step>(often, {.reply = empty})};
  RuntimeClient client{api.host()};
  for (int i = 0; i < often; ++i) EXPECT_EQ(client.next()->request_id, "id-1");
}

TEST(RuntimeClient, AnswersWithTheResultOrTheError) {
  FakeRuntimeApi api{{{FakeRuntimeApi::http(202)}, {FakeRuntimeApi::http(202)}}};
  RuntimeClient client{api.host()};
  client.respond("id-1", "null");
  client.fail("id-2", "Temporal.DeadlineError", "too \"late\" \xff");
  const auto requests = api.requests();
  EXPECT_THAT(requests[0], HasSubstr("POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\n"));
  EXPECT_TRUE(requests[0].ends_with("\r\n\r\nnull"));
  EXPECT_THAT(requests[1], HasSubstr("POST /2018-06-01/runtime/invocation/id-2/error HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("Lambda-Runtime-Function-Error-Type: Temporal.DeadlineError\r\n"));
  const auto body = nlohmann::json::parse(requests[1].substr(requests[1].find("\r\n\r\n") + 4));
  EXPECT_EQ(body["errorType"], "Temporal.DeadlineError");
  EXPECT_EQ(body["errorMessage"], "too \"late\" \xef\xbf\xbd");
  EXPECT_EQ(body["stackTrace"], nlohmann::json::array());
  const std::string name = "Lambda-Runtime-Function-XRay-Error-Cause: ";
  const auto at = requests[1].find(name);
  ASSERT_NE(at, std::string::npos);
  const auto header = requests[1].substr(at + name.size(), requests[1].find("\r\n", at) - at - name.size());
  EXPECT_TRUE(std::ranges::all_of(header, [](unsigned char c) { return c >= ' ' && c < 0x7f; }));
  const auto cause = nlohmann::json::parse(header);
  EXPECT_EQ(cause["exceptions"][0]["type"], "Temporal.DeadlineError");
  EXPECT_EQ(cause["exceptions"][0]["message"], "too \"late\" \xef\xbf\xbd");
}

TEST(RuntimeClient, A4_ReportsAnInitError) {
  FakeRuntimeApi api{{{FakeRuntimeApi::http(202)}}};
  RuntimeClient client{api.host()};
  client.init_error("Temporal.ConfigurationError", "no version");
  EXPECT_THAT(api.requests().front(), HasSubstr("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"));
}

TEST(RuntimeClient, OpensABrokenConnectionAgainOnce) {
  FakeRuntimeApi api{{{.reply = FakeRuntimeApi::event("id-1"), .close = true}, {FakeRuntimeApi::event("id-2")}}};
  RuntimeClient client{api.host()};
  EXPECT_EQ(client.next()->request_id, "id-1");
  EXPECT_EQ(client.next()->request_id, "id-2");
  EXPECT_EQ(api.connections(), 2);
}

TEST(RuntimeClient, FailsWhenTheConnectionBreaksTwice) {
  FakeRuntimeApi api{{{.close = true}, {.reply = "HTTP/1.1 200 OK\r\nContent-", .close = true}}};
  RuntimeClient client{api.host()};
  EXPECT_THAT(message_of([&] { client.next(); }), HasSubstr("closed in the middle of a reply"));
}

TEST(RuntimeClient, OpensAConnectionAgainThatTheServerEnds) {
  FakeRuntimeApi api{
      {{.reply = FakeRuntimeApi::http(202, "", "Connection: close\r\n"), .close = true}, {FakeRuntimeApi::http(202)}}};
  RuntimeClient client{api.host()};
  client.respond("id-1", "null");
  client.respond("id-2", "null");
  EXPECT_EQ(api.connections(), 2);
}

TEST(RuntimeClient, SaysWhereItCouldNotConnect) {
  std::string host;
  {
    host = FakeRuntimeApi{{}}.host();
  }
  RuntimeClient client{host};
  EXPECT_THAT(message_of([&] { client.next(); }), HasSubstr(host));
}

TEST(RuntimeClient, RefusesAnEventWithoutARequestId) {
  FakeRuntimeApi api{{{FakeRuntimeApi::http(200, "{}")}}};
  RuntimeClient client{api.host()};
  EXPECT_THAT(message_of([&] { client.next(); }), HasSubstr("Lambda-Runtime-Aws-Request-Id"));
}

TEST(RuntimeClient, TakesAnEventWithoutOrWithABrokenDeadline) {
  FakeRuntimeApi api{
      {{FakeRuntimeApi::http(200, "", "Lambda-Runtime-Aws-Request-Id: a\r\n")},
       {FakeRuntimeApi::http(200, "", "Lambda-Runtime-Aws-Request-Id: b\r\nLambda-Runtime-Deadline-Ms: soon\r\n")}}};
  RuntimeClient client{api.host()};
  EXPECT_EQ(client.next()->deadline, std::nullopt);
  EXPECT_EQ(client.next()->deadline, std::nullopt);
}

TEST(RuntimeClient, NamesAnErrorStatus) {
  FakeRuntimeApi api{{{FakeRuntimeApi::http(403, "state")}, {FakeRuntimeApi::http(413, "too large")}}};
  RuntimeClient client{api.host()};
  EXPECT_THAT(message_of([&] { client.next(); }), HasSubstr("status 403: state"));
  EXPECT_THAT(message_of([&] { client.respond("id-1", "null"); }), HasSubstr("status 413: too large"));
}

TEST(RuntimeClient, RefusesWhatIsNotHttp) {
  FakeRuntimeApi api{{{"220 mail ready\r\n\r\n", true}, {"220 mail ready\r\n\r\n", true}}};
  RuntimeClient client{api.host()};
  EXPECT_THAT(message_of([&] { client.next(); }), HasSubstr("not HTTP"));
}

TEST(RuntimeClient, F12_StopsWaitingForAnEventWhenAsked) {
  FakeRuntimeApi api{{{.hang = true}}};
  RuntimeClient client{api.host()};
  std::stop_source stop;
  const std::jthread stopper{[&] {
    while (api.requests().empty()) std::this_thread::yield();
    stop.request_stop();
  }};
  EXPECT_EQ(client.next(stop.get_token()), std::nullopt);
  EXPECT_EQ(client.next(stop.get_token()), std::nullopt) << "at once, when it was asked before";
}

}  // namespace
}  // namespace temporal::lambda
