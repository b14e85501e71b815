// The row of stages behind the model: plan, schema, texts.
#include "emit/emit.hpp"
#include "emit/plan.hpp"
#include "emit/schema.hpp"
#include "emit/sources.hpp"
#include "emit/writer.hpp"

#include <algorithm>

namespace idlc::emit {
namespace {

described describe(const plan& what, const google::protobuf::FileDescriptorProto& schema) {
    described result;
    result.bytes = roi::description::serialise(schema);
    for (const auto& each : what.interfaces) {
        result.fingerprints[each.wire_name] =
            roi::description::fingerprint_of(schema, each.wire_name);
    }
    return result;
}

}  // namespace

result generate(const model::file& input, const options& settings) {
    result answer;
    std::optional<lock_file> lock;
    if (settings.lock) lock.emplace(*settings.lock, settings.lock_name, answer.diagnostics);
    const auto decided = make_plan(input, lock ? &*lock : nullptr);
    answer.diagnostics.insert(answer.diagnostics.end(), decided.diagnostics.begin(),
                              decided.diagnostics.end());
    const bool failed = std::any_of(
        answer.diagnostics.begin(), answer.diagnostics.end(),
        [](const model::diagnostic& each) { return each.level == model::severity::error; });
    if (failed) return answer;

    const auto schema = make_schema(decided);
    verify(schema);
    const auto description = describe(decided, schema);
    const auto& stem = decided.stem;
    answer.outputs = {{stem + ".roi.hpp", header_text(decided)},
                      {stem + ".client.roi.cpp", client_text(decided, description)},
                      {stem + ".server.roi.cpp", server_text(decided)},
                      {stem + ".proto", proto_text(schema)},
                      {stem + ".desc", description.bytes}};
    if (lock) answer.lock = lock->text(header_name(decided));
    return answer;
}

std::vector<std::string> output_names(const std::string& header) {
    const auto stem = std::filesystem::path{header}.stem().string();
    return {stem + ".roi.hpp", stem + ".client.roi.cpp", stem + ".server.roi.cpp", stem + ".proto",
            stem + ".desc"};
}

}  // namespace idlc::emit
