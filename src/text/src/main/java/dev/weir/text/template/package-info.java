/**
 * Chat templates: a sandboxed interpreter of the Jinja subset that Hugging Face transformers
 * renders them with.
 *
 * <p>A source is cut into tokens ({@link dev.weir.text.template.Lexer}), parsed into {@link
 * dev.weir.text.template.Statement}s and {@link dev.weir.text.template.Expression}s, its names are
 * bound to scopes ({@link dev.weir.text.template.ScopeAnalysis}), and the tree is walked over
 * {@link dev.weir.text.template.Value}s that follow Python's rules. A template sees these values
 * and nothing else: no file, no class, no reflection.
 */
@NullMarked
package dev.weir.text.template;

import org.jspecify.annotations.NullMarked;
