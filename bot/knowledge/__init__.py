"""The words of the library: articles, passages, tokens, quotes, ranking. Pure: values in, values out."""
