// Reading a `const char*`: who owns the characters.
//
// At the client they belong to the stub's caller, who frees them with delete[]. At the server, and
// while something may still fail, a text_keeper on the stack owns all that is read on its thread:
//
//     roi::generated::text_keeper texts;
//     codec::get_fields(...);
//     texts.release();   // client only: the caller owns them from here
#pragma once

#include <roi/codec.hpp>

#include <memory>
#include <vector>

namespace roi::generated {

/// Owns the texts that are read while it is the innermost one of its thread.
class text_keeper {
public:
    text_keeper() noexcept;
    ~text_keeper();
    text_keeper(const text_keeper&) = delete;
    text_keeper& operator=(const text_keeper&) = delete;

    /// Leaves the texts to those who have their pointers.
    void release() noexcept;

private:
    friend void get_text_pointer(wire::reader& in, const char*& value);
    text_keeper* outer_;
    std::vector<std::unique_ptr<char[]>> texts_;
};

/// Throws std::logic_error where no text_keeper is there. A text with a null inside is malformed.
void get_text_pointer(wire::reader& in, const char*& value);

}  // namespace roi::generated
