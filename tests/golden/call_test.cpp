// `roi call` can write and read every type of every golden header: values are made by the
// description, shown as JSON, taken from JSON again as arguments, and compared.
#include "description/description.hpp"
#include "description/invocation.hpp"
#include "description/names.hpp"
#include "description/values.hpp"
#include "emit/emit.hpp"
#include "parse/parse.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;
namespace pb = google::protobuf;
using namespace roi::description;

namespace {

/// The number in the brackets of "std::array<int, 3>" or "std::bitset<10>"; 0 where it has none.
int size_in(const std::string& type, std::string_view of) {
    if (!type.starts_with(of) || !type.ends_with('>')) return 0;
    const auto at = type.find_last_not_of("0123456789", type.size() - 2);
    return std::atoi(type.c_str() + at + 1);
}

void fill(pb::Message& message, int depth);

void set_one(pb::Message& in, const pb::FieldDescriptor& field, int depth) {
    const auto* reflection = in.GetReflection();
    const bool many = field.is_repeated();
    const auto& type = marks(field).cpp_type();
    switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_INT32:
            return many ? reflection->AddInt32(&in, &field, 7)
                        : reflection->SetInt32(&in, &field, 7);
        case pb::FieldDescriptor::CPPTYPE_INT64:
            return many ? reflection->AddInt64(&in, &field, 7)
                        : reflection->SetInt64(&in, &field, 7);
        case pb::FieldDescriptor::CPPTYPE_UINT32:
            return many ? reflection->AddUInt32(&in, &field, 7)
                        : reflection->SetUInt32(&in, &field, 7);
        case pb::FieldDescriptor::CPPTYPE_UINT64:
            return many ? reflection->AddUInt64(&in, &field, 7)
                        : reflection->SetUInt64(&in, &field, 7);
        case pb::FieldDescriptor::CPPTYPE_DOUBLE:
            return many ? reflection->AddDouble(&in, &field, 0.5)
                        : reflection->SetDouble(&in, &field, 0.5);
        case pb::FieldDescriptor::CPPTYPE_FLOAT:
            return many ? reflection->AddFloat(&in, &field, 0.25F)
                        : reflection->SetFloat(&in, &field, 0.25F);
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            return many ? reflection->AddBool(&in, &field, true)
                        : reflection->SetBool(&in, &field, true);
        case pb::FieldDescriptor::CPPTYPE_ENUM: {
            const auto* last = field.enum_type()->value(field.enum_type()->value_count() - 1);
            return many ? reflection->AddEnum(&in, &field, last)
                        : reflection->SetEnum(&in, &field, last);
        }
        case pb::FieldDescriptor::CPPTYPE_STRING: {
            std::string text = "text";
            if (const int bits = size_in(type, "std::bitset<"); bits != 0) {
                text.assign(static_cast<std::size_t>((bits + 7) / 8), '\1');
            } else if (const int octets = size_in(type, "std::array<"); octets != 0 && !many) {
                text.assign(static_cast<std::size_t>(octets), '\xff');
            }
            return many ? reflection->AddString(&in, &field, text)
                        : reflection->SetString(&in, &field, text);
        }
        case pb::FieldDescriptor::CPPTYPE_MESSAGE:
            return fill(*(many ? reflection->AddMessage(&in, &field)
                               : reflection->MutableMessage(&in, &field)),
                        depth + 1);
    }
}

/// Every field, and of a oneof the last; types that hold themselves end at some depth.
void fill(pb::Message& message, int depth) {
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
        const auto& field = *type.field(i);
        if (depth > 3 && field.message_type() != nullptr) continue;
        const int elements =
            field.is_repeated() ? std::max(1, size_in(marks(field).cpp_type(), "std::array<")) : 1;
        for (int n = 0; n < elements; ++n)
            set_one(message, field, depth);
    }
}

document describe(const fs::path& header) {
    idlc::parse::request request;
    request.header = header.string();
    request.include_as = header.filename().string();
    request.flags = {"-I" ROI_INCLUDE, "-I" + header.parent_path().string()};
    const auto parsed = idlc::parse::run(request);
    REQUIRE_FALSE(parsed.failed);
    for (const auto& each : idlc::emit::generate(parsed.file, {}).outputs) {
        if (each.name.ends_with(".desc")) return document::load(std::string_view{each.text});
    }
    FAIL("no description was made");
    throw std::logic_error{"not reached"};
}

/// Returns how many methods were looked at.
int check(const document& in) {
    int methods = 0;
    for (const auto* interface : in.services()) {
        for (const auto* method : all_methods(in, *interface)) {
            CAPTURE(method->full_name());
            const auto& list = *method->input_type();
            pb::DynamicMessageFactory factory;
            const std::unique_ptr<pb::Message> values{factory.GetPrototype(&list)->New()};
            fill(*values, 0);
            const std::string bytes = values->SerializeAsString();
            json all = json::object();
            std::vector<std::string> arguments;
            for (int i = 0; i < list.field_count(); ++i) {
                const auto& field = *list.field(i);
                all[cpp_name(field)] = field_to_json(field, bytes);
                arguments.push_back(all[cpp_name(field)].dump());
            }
            const auto call = prepare_call(in, *interface, method->name(), arguments);
            // An inherited method that is declared again is called as the nearest one.
            CHECK(call.method->name() == method->name());
            for (int i = 0; i < list.field_count(); ++i) {
                const auto& field = *list.field(i);
                CHECK(field_to_json(field, call.arguments) == all[cpp_name(field)]);
            }

            const std::unique_ptr<pb::Message> results{
                factory.GetPrototype(method->output_type())->New()};
            fill(*results, 0);
            const auto shown_result = result_to_json(*method, results->SerializeAsString());
            CHECK(shown_result.is_null() == (method->output_type()->field_count() == 0));
            ++methods;
        }
    }
    return methods;
}

}  // namespace

TEST_CASE("every type of every golden header can be called from the command line") {
    int methods = 0;
    int headers = 0;
    for (const auto& folder : fs::directory_iterator(ROI_GOLDEN_CASES)) {
        if (!fs::exists(folder.path() / "in.roi.hpp")) continue;
        CAPTURE(folder.path().string());
        methods += check(describe(folder.path() / "in.hpp"));
        ++headers;
    }
    CHECK(headers >= 12);
    CHECK(methods >= 100);
}

TEST_CASE("every type of the table can be called from the command line") {
    CHECK(check(describe(ROI_EVERYTHING)) >= 1);
}
