#include <tools/temporal-lambda/deploy/function_arn.h>

#include <gtest/gtest.h>

#include <stdexcept>

namespace temporal::lambda_deploy {
namespace {

TEST(FunctionArn, HasItsParts) {
  const auto arn = parse_function_arn("arn:aws-cn:lambda:cn-north-1:123456789012:function:shop:5");
  EXPECT_EQ(arn.region, "cn-north-1");
  EXPECT_EQ(arn.account, "123456789012");
  EXPECT_EQ(arn.name, "shop");
  EXPECT_EQ(arn.qualifier, "5");
  EXPECT_EQ(arn.short_name(), "shop:5");
}

TEST(FunctionArn, OnlyAVersionThatIsANumberNeverChanges) {
  const auto of = [](const std::string& end) {
    return parse_function_arn("arn:aws:lambda:eu-central-1:123456789012:function:shop" + end).is_published_version();
  };
  EXPECT_TRUE(of(":12"));
  EXPECT_FALSE(of(""));
  EXPECT_FALSE(of(":$LATEST"));
  EXPECT_FALSE(of(":live"));
}

TEST(FunctionArn, WhatIsNoneIsRefusedWithTheForm) {
  for (const auto* text : {"", "shop", "shop:5", "arn:aws:lambda:eu:123:function",
                           "arn:aws:lambda:eu:123:function:", "arn:aws:lambda::123:function:shop",
                           "arn:aws:lambda:eu:x:function:shop", "arn:aws:s3:eu:123:function:shop",
                           "arn:aws:lambda:eu:123:function:shop:", "arn:aws:lambda:eu:123:function:shop:1:2", "\xff"}) {
    EXPECT_THROW((void)parse_function_arn(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace temporal::lambda_deploy
