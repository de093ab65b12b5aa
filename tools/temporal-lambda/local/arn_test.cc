#include <tools/temporal-lambda/local/arn.h>
#include <tools/temporal-lambda/local/text.h>

#include <gmock/gmock.h>

using namespace temporal::local_lambda;

TEST(Arn, ANameANameWithAQualifierAndAnArnAreUnderstood) {
  EXPECT_EQ(parse_function_name("hello", {})->name, "hello");
  EXPECT_EQ(parse_function_name("hello:5", {})->qualifier, "5");
  const auto full = parse_function_name("arn:aws:lambda:us-east-1:000000000000:function:hello:$LATEST", {});
  EXPECT_EQ(full->name, "hello");
  EXPECT_EQ(full->qualifier, "$LATEST");
}

TEST(Arn, AnotherRegionOrAccountIsNotOurs) {
  EXPECT_FALSE(parse_function_name("arn:aws:lambda:eu-west-1:000000000000:function:hello", {}));
  EXPECT_FALSE(parse_function_name("arn:aws:lambda:us-east-1:111111111111:function:hello", {}));
  EXPECT_FALSE(parse_function_name("", {}));
  EXPECT_FALSE(parse_function_name("a:b:c", {}));
}

TEST(Text, AnEscapedArnIsDecodedAndBrokenEscapesStay) {
  EXPECT_EQ(url_decode("arn%3Aaws%3alambda"), "arn:aws:lambda");
  EXPECT_EQ(url_decode("100%"), "100%");
  EXPECT_EQ(url_decode("%zz%3"), "%zz%3");
}

TEST(Text, UuidsAndTimesHaveTheirForm) {
  EXPECT_THAT(uuid(), testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(rfc3339(std::chrono::system_clock::time_point{std::chrono::milliseconds{1'001}}),
            "1970-01-01T00:00:01.001Z");
}

TEST(Text, ATraceIsTheCallersOrANewOne) {
  const std::string own = "Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=";
  EXPECT_THAT(trace_of("", false), testing::MatchesRegex(own + "0"));
  EXPECT_THAT(trace_of("", true), testing::MatchesRegex(own + "1"));
  const std::string caller = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
  EXPECT_EQ(trace_of(caller, false), caller);
  EXPECT_THAT(trace_of(caller, true),
              testing::MatchesRegex("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=[0-9a-f]{16};Sampled=0"));
}

TEST(Text, Base64IsReadBack) {
  for (const std::string text : {"", "a", "ab", "abc", "\x01\xff~"}) EXPECT_EQ(base64_decode(base64(text)), text);
  EXPECT_EQ(base64_decode("YW*I="), "a");
}
