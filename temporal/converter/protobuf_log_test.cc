#include <temporal/converter/protobuf_log.h>

#include <temporal/api/common/v1/message.pb.h>

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace temporal::converter {
namespace {

TEST(ProtobufLog, X5_AComplaintOfProtobufIsAJsonLine) {
  std::string lines;
  log_protobuf_through(Logger::create({}, [&lines](std::string_view line) { lines += line; }));
  api::common::v1::WorkflowType message;
  message.set_name("\xff");
  testing::internal::CaptureStderr();
  (void)message.SerializeAsString();
  log_protobuf_through({});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  const auto record = nlohmann::json::parse(lines);
  EXPECT_EQ(record["level"], "ERROR");
  EXPECT_EQ(record["target"], "protobuf");
  EXPECT_NE(record["message"].get<std::string>().find("invalid UTF-8"), std::string::npos) << record;
}

}  // namespace
}  // namespace temporal::converter
